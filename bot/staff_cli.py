"""`wenming staff …`: who may sign in to the console."""

import argparse
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.clock import TOWN
from bot.domain.permissions import Preset
from bot.settings import Settings

Run = Callable[[str, Mapping[str, Any]], Mapping[str, object]]
INVITATION_PATH = "/desk/invitation/"


def add_staff(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and what each takes."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="action")
    add = actions.add_parser("add", help="invite somebody: prints a link that is good once, for three days")
    add.add_argument("who", metavar="name", help="to sign in with")
    add.add_argument("--display", required=True, metavar="NAME", help="what colleagues read")
    add.add_argument("--preset", required=True, choices=[str(preset) for preset in Preset])
    add.add_argument("--department", default="", help="sees only its rows; made if it is new")
    add.add_argument("--venue", default="", help="sees only its rows")
    actions.add_parser("list", help="print everybody")
    for name, text in (
        ("deactivate", "let somebody in no more, and end all sessions"),
        ("reactivate", "let somebody in again who was deactivated: prints a link to a new password"),
        ("reset", "take password and second factor away: prints a link to a new password"),
    ):
        actions.add_parser(name, help=text).add_argument("who", metavar="name")


def run_staff(asked: argparse.Namespace, run: Run, settings: Settings) -> str:
    """Run the action and return what to print."""
    if asked.action == "list":
        return _list(run("staff_list", {}))
    named = ("who", "display", "preset", "department", "venue") if asked.action == "add" else ("who",)
    done = run(f"staff_{asked.action}", {name: getattr(asked, name) for name in named})
    if "token" not in done:
        return f"{done['deactivated']}: deactivated"
    until = datetime.fromisoformat(str(done["expires"])).astimezone(TOWN)
    return f"{done['name']}: open this link once, before {until:%Y-%m-%d %H:%M}\n{_link(settings, str(done['token']))}"


def _link(settings: Settings, token: str) -> str:
    return f"{settings.public_url or f'http://{settings.host}:{settings.port}'}{INVITATION_PATH}{token}"


def _list(found: Mapping[str, object]) -> str:
    people = found["staff"]
    assert isinstance(people, list)
    return "\n".join(_line(one) for one in people) or "nobody yet: wenming staff add NAME --display … --preset …"


def _line(one: Mapping[str, object]) -> str:
    marks = [str(one["preset"]), str(one["department"]), str(one["venue"])]
    marks.append("" if one["active"] else "deactivated")
    marks.append("" if one["has_password"] else "invited")
    marks.append("second factor" if one["second_factor"] else "")
    return f"{one['name']} ({one['display']}): {', '.join(mark for mark in marks if mark)}"
