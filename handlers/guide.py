"""Finding one's way: menu, help, hello, thanks, stop, and what people say when they are lost or cross."""

from bot import texts
from bot.dialogue.turn import Button, Capability, Intent, Turn
from bot.wechat.messages import Reply, Text


def act(turn: Turn) -> Reply | None:
    """Answer words that steer the conversation."""
    if turn.intent is None:
        return None
    match turn.intent:
        case Intent.GREETING:
            return Text(texts.greeting())
        case Intent.MENU | Intent.BACK:
            turn.forget_thread()
            return Text(texts.menu(turn.town.menu_entries, turn.office))
        case Intent.HELP | Intent.ASK:
            return Text(texts.how_to_ask(turn.office))
        case Intent.TOPICS:
            return _show_topics(turn)
        case Intent.CANCEL | Intent.NO:
            turn.forget_thread()
            return Text(texts.NOTHING_TO_CANCEL)
        case Intent.THANKS:
            return Text(texts.THANKS)
        case Intent.FAREWELL:
            return Text(texts.FAREWELL)
        case Intent.YES:
            return Text(texts.OK)
        case Intent.ROBOT:
            return Text(texts.robot(turn.office))
        case Intent.ABUSE:
            return Text(texts.abuse(turn.office))
    return None


def _show_topics(turn: Turn) -> Reply:
    topics = turn.town.topics()
    if not topics:
        return Text(texts.how_to_ask(turn.office))
    return Text(texts.topics([(article.title, f"article:{article.id}") for article in topics]))


CAPABILITY = Capability(
    "guide",
    act,
    buttons=(
        Button("ask", texts.BUTTON_HOW_TO_ASK, Intent.HELP),
        Button("ask", texts.BUTTON_TOPICS, Intent.TOPICS),
    ),
)
