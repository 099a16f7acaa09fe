"""What the command line can change: run directly, or inside the running service through its socket."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from bot.clock import Clock
from bot.knowledge_commands import COMMANDS as KNOWLEDGE_COMMANDS
from bot.knowledge_commands import knowledge_import as knowledge_import
from bot.settings import Settings
from bot.staff_commands import COMMANDS as STAFF_COMMANDS
from bot.wechat.api import WeChatApi
from bot.wechat.errors import WeChatError
from bot.wechat.menus import Button, Menu
from store import contacts, failures, security_log, service, staff
from store.database import Connection, Database
from store.failures import Failure
from store.sealing import CannotOpen, Seal
from store.security_log import STRANGER, SecurityEvent

Result = Mapping[str, object]
OPERATORS_TROUBLE = (WeChatError, CannotOpen, ValueError)  # what a command may raise that its words explain


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a command works on."""

    database: Database
    clock: Clock
    seal: Seal
    api: WeChatApi
    menu: Menu  # the bottom menu as this version has it


async def quiet_on(place: Workplace, *, reason: str) -> Result:
    """Stop everything outbound."""
    await place.database.write(service.go_quiet, reason=reason, now=place.clock.now())
    return await quiet_status(place)


async def quiet_off(place: Workplace) -> Result:
    """Let messages go out again."""
    await place.database.write(service.lift_quiet)
    return await quiet_status(place)


async def quiet_status(place: Workplace) -> Result:
    """Tell whether the quiet switch is on."""
    quiet = await place.database.read(service.find_quiet)
    return {"quiet": False} if quiet is None else {"quiet": True, "reason": quiet.reason, "since": str(quiet.since)}


async def menu_push(place: Workplace) -> Result:
    """Put the bottom menu up."""
    await place.api.create_menu(place.menu)
    return await menu_show(place)


async def menu_show(place: Workplace) -> Result:
    """Return the menu that WeChat shows now."""
    menu = await place.api.get_menu()
    return {"menu": None if menu is None else [_describe(button) for button in menu]}


async def menu_delete(place: Workplace) -> Result:
    """Take the bottom menu away."""
    await place.api.delete_menu()
    return await menu_show(place)


def _describe(button: Button) -> object:
    return {button.name: [_describe(inner) for inner in button.buttons]} if button.buttons else button.name


async def failure_show(place: Workplace, *, reference: str) -> Result:
    """Open a message that failed, for inspection, by the number that its citizen was told; the look is logged."""
    failure = await place.database.write(_open_failure, place.seal, reference=reference, now=place.clock.now())
    return {"reference": reference, "happened": str(failure.happened), **orjson.loads(failure.raw)}


def _open_failure(conn: Connection, seal: Seal, *, reference: str, now: datetime) -> Failure:
    failure = failures.find(conn, seal, reference)
    if failure is None:
        raise ValueError(f"no failure {reference}: it may have been deleted after KEEP_FAILURES_DAYS")
    security_log.record(conn, SecurityEvent.FAILURE_OPENED, who=STRANGER, now=now, detail=reference)
    return failure


async def rotate_keys(place: Workplace) -> Result:
    """Close every encrypted value with the newest of SECRET_KEYS."""
    renewed = await place.database.write(contacts.renew, place.seal)
    renewed += await place.database.write(failures.renew, place.seal)
    renewed += await place.database.write(staff.renew, place.seal)
    return {"renewed": renewed}


_ALL: tuple[Callable[..., Awaitable[Result]], ...] = (
    quiet_on,
    quiet_off,
    quiet_status,
    menu_push,
    menu_show,
    menu_delete,
    failure_show,
    rotate_keys,
    *KNOWLEDGE_COMMANDS,
    *STAFF_COMMANDS,
)
COMMANDS: Mapping[str, Callable[..., Awaitable[Result]]] = {command.__name__: command for command in _ALL}


def open_seal(settings: Settings) -> Seal:
    """Return the seal of the operator's keys."""
    return Seal([key.get_secret_value() for key in settings.secret_keys])
