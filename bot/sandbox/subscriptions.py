"""Subscription notices: the account's templates for them, and what a citizen has granted or refused."""

from dataclasses import dataclass, field
from typing import Literal

from bot.sandbox.tickets import Template
from bot.sandbox.wire import Json

Answer = Literal["accept", "reject"]


@dataclass(frozen=True)
class SubscriptionTemplate:
    """`is_lasting` marks a long-term one, whose grant is not used up."""

    template: Template
    is_lasting: bool = False


@dataclass
class Subscribed:
    """One citizen's side: how often a template may still be sent, for ever, or never."""

    counts: dict[str, int] = field(default_factory=dict)
    lasting: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    once: dict[tuple[str, str], int] = field(default_factory=dict)

    def answer(self, kind: SubscriptionTemplate, given: Answer) -> None:
        """Take the citizen's answer to a prompt."""
        name = kind.template.id
        if given == "reject":
            self.withdraw(name)
            return
        self.refused.discard(name)
        if kind.is_lasting:
            self.lasting.add(name)
        else:
            self.counts[name] = self.counts.get(name, 0) + 1

    def withdraw(self, name: str) -> None:
        """Refuse a template; what was granted of it before is gone."""
        self.refused.add(name)
        self.lasting.discard(name)
        self.counts.pop(name, None)

    def allows(self, name: str) -> bool:
        return name not in self.refused and (name in self.lasting or self.counts.get(name, 0) > 0)

    def spend(self, name: str) -> None:
        """Use up one grant; a long-term one stays."""
        if name not in self.lasting:
            self.counts[name] -= 1

    def left(self) -> None:
        """The citizen no longer follows; only one-time consents don't depend on that."""
        self.counts.clear()
        self.lasting.clear()

    def clear(self) -> None:
        for part in (self.counts, self.lasting, self.refused, self.once):
            part.clear()

    def as_json(self) -> Json:
        return {
            "counts": {name: count for name, count in self.counts.items() if count},
            "lasting": sorted(self.lasting),
            "refused": sorted(self.refused),
            "once": [
                {"template_id": name, "scene": scene, "count": count}
                for (name, scene), count in self.once.items()
                if count
            ],
        }


@dataclass
class Subscriptions:
    """The account's templates for subscription notices, and those of one-time messages with their titles."""

    by_id: dict[str, SubscriptionTemplate] = field(default_factory=dict)
    once: dict[str, str] = field(default_factory=dict)
