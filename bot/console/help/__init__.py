"""Live help at the desk: the list of conversations, one conversation, and what an officer does in it."""

from bot.console.help.routes import SUBJECT as SUBJECT
