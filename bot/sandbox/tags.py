"""The account's tags; which citizen wears which is kept with the citizen."""

from dataclasses import dataclass, field

STARRED = 2
FIRST_OWN = 100
MOST_TAGS = 100


@dataclass
class Tags:
    """Names by number; the starred group is WeChat's own and can't be changed."""

    names: dict[int, str] = field(default_factory=lambda: {STARRED: "星标组"})

    def add(self, name: str) -> int:
        number = max(FIRST_OWN, max(self.names) + 1)
        self.names[number] = name
        return number

    @property
    def own(self) -> list[str]:
        return [name for number, name in self.names.items() if number >= FIRST_OWN]
