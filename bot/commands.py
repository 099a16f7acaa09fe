"""What the command line can change: run directly, or inside the running service through its socket."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.settings import Settings
from bot.wechat.api import WeChatApi
from bot.wechat.errors import WeChatError
from bot.wechat.menus import Button, Menu
from store import articles, contacts, failures, service
from store.database import Database
from store.sealing import CannotOpen, Seal
from store.start import read_articles

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


async def knowledge_import(place: Workplace) -> Result:
    """Bring the starting articles up to date; what staff have approved or withdrawn stays as it is."""
    changed = await place.database.write(
        articles.import_articles, read_articles(), status=articles.SAMPLE, editor="wenming", now=place.clock.now()
    )
    return {"changed": changed, **await knowledge_status(place)}


async def knowledge_approve(place: Workplace, *, slugs: Sequence[str] | None, by: str) -> Result:
    """Approve articles by name, or all samples and drafts."""
    approved = await place.database.write(articles.approve, slugs, approver=by, now=place.clock.now())
    return {"approved": approved, **await knowledge_status(place)}


async def knowledge_withdraw(place: Workplace, *, slugs: Sequence[str], by: str) -> Result:
    """Take articles out of the answers."""
    withdrawn = await place.database.write(articles.withdraw, slugs, approver=by, now=place.clock.now())
    return {"withdrawn": withdrawn, **await knowledge_status(place)}


async def knowledge_status(place: Workplace) -> Result:
    """Count the articles by status."""
    return {"articles": await place.database.read(articles.count_by_status)}


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


async def rotate_keys(place: Workplace) -> Result:
    """Close every encrypted value with the newest of SECRET_KEYS."""
    renewed = await place.database.write(contacts.renew, place.seal)
    renewed += await place.database.write(failures.renew, place.seal)
    return {"renewed": renewed}


COMMANDS: Mapping[str, Callable[..., Awaitable[Result]]] = {
    command.__name__: command
    for command in (
        quiet_on,
        quiet_off,
        quiet_status,
        knowledge_import,
        knowledge_approve,
        knowledge_withdraw,
        knowledge_status,
        menu_push,
        menu_show,
        menu_delete,
        rotate_keys,
    )
}


def open_seal(settings: Settings) -> Seal:
    """Return the seal of the operator's keys."""
    return Seal([key.get_secret_value() for key in settings.secret_keys])
