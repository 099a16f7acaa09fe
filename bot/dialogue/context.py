"""What a conversation remembers between two messages."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import orjson

STALE_AFTER = timedelta(hours=24)
WARM_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All fields empty: nothing is going on. Stored as JSON without the empty ones."""

    question: str = ""  # the question that an offer of choices answers
    choices: tuple[int, ...] = ()  # article ids offered as 1 2 3
    article_id: int = 0  # the last article sent
    article_version: int = 0
    rest: str = ""  # what is left of a long answer
    confirming: str = ""  # what 确认 would do
    owed: str = ""  # an answer that came too late and can't be sent otherwise
    owed_to: str = ""  # the key of the push that it answers
    latitude: float = 0.0  # GCJ-02, the place shared last
    longitude: float = 0.0
    place: str = ""
    help: str = ""  # who answers, see bot/domain/help_state.py
    help_id: int = 0  # the open conversation with the office

    def only_owed(self) -> "Context":
        """Drop what was going on, but not an answer that is still owed, nor that a person answers."""
        if not self.owed and not self.help:
            return NOTHING
        return Context(owed=self.owed, owed_to=self.owed_to, help=self.help, help_id=self.help_id)


NOTHING = Context()
_FIELDS = tuple(field.name for field in fields(Context))


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A citizen's conversation as it was last seen; revision 0 has never been stored."""

    revision: int
    heard: datetime | None  # the citizen's last message
    stored: Context

    def is_warm(self, now: datetime) -> bool:
        """Tell whether the citizen is still at it, so that a bare "and when?" means what was spoken of last."""
        return self.heard is not None and now - self.heard < WARM_FOR

    def context(self, now: datetime) -> Context:
        """Return what still counts: after a day of silence only what is owed, and who answers."""
        if self.heard is not None and now - self.heard > STALE_AFTER:
            return self.stored.only_owed()
        return self.stored


UNSEEN = Dialogue(0, None, NOTHING)


def dump_context(context: Context) -> str:
    """Return the JSON that `dialogues.state` holds."""
    if context == NOTHING:
        return "{}"
    values = ((name, getattr(context, name)) for name in _FIELDS)
    return orjson.dumps({name: value for name, value in values if value}).decode()


def load_context(state: str) -> Context:
    """Return the context of its JSON.

    Fields that this version doesn't know are dropped: an older process may read what a newer one wrote.
    """
    if state in {"", "{}"}:
        return NOTHING
    values = {name: value for name, value in orjson.loads(state).items() if name in _FIELDS}
    values["choices"] = tuple(values.get("choices", ()))
    return Context(**values)
