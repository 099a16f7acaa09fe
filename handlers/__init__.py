"""What citizens can do here: one capability a module."""

from bot.dialogue.turn import Capability
from handlers import attachments, elsewhere, following, guide, person, privacy, questions, sensitive

# In the order in which they are tried; the last one answers every text.
CAPABILITIES: tuple[Capability, ...] = (
    sensitive.CAPABILITY,
    following.CAPABILITY,
    person.CAPABILITY,
    privacy.CAPABILITY,
    elsewhere.CAPABILITY,
    guide.CAPABILITY,
    attachments.CAPABILITY,
    questions.CAPABILITY,
)
