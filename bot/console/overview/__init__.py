"""How things stand: today, the state of the service, the month, what was published, and the quiet switch."""

from bot.console.overview import month, publications, quiet, state, today
from bot.console.page import Route, Subject
from bot.domain.permissions import Permission

_LOOK, _NOTE, _QUIET = Permission.OVERVIEW, Permission.KNOWLEDGE_EDIT, Permission.QUIET
_PUBLICATIONS = "/overview/publications"

SUBJECT = Subject(
    name="overview",
    routes=(
        Route("GET", "/overview", today.show, _LOOK),
        Route("GET", "/overview/state", state.show, _LOOK),
        Route("GET", "/overview/month", month.show, _LOOK),
        Route("GET", "/overview/month.xlsx", month.export, _LOOK),
        Route("GET", _PUBLICATIONS, publications.show, _LOOK),
        Route("POST", _PUBLICATIONS, publications.note, _NOTE),
        Route("POST", _PUBLICATIONS + "/{number}/remove", publications.remove, _NOTE),
        Route("GET", "/overview/quiet", quiet.show, _QUIET),
        Route("POST", "/overview/quiet/on", quiet.switch_on, _QUIET),
        Route("POST", "/overview/quiet/off", quiet.switch_off, _QUIET),
    ),
    rule=_LOOK,
    home="/overview",
    waiting_first=today.list_waiting,
)
