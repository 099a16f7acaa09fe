"""One's own account: password, second factor, recovery codes, and where one is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.console.page import Access, Hit, Route, Subject
from bot.console.sign_in import TOLD_FROM, caller_of, keep_token, status_of
from bot.console.visit import Visit
from bot.domain import account as rules
from bot.domain import second_factor
from bot.domain.account import OwnAccount
from bot.domain.permissions import Staff, needs_second_factor
from bot.domain.sessions import find_session, hash_token, limits_of
from bot.domain.staff_words import Refused, Said, say
from store import recovery, sessions, staff
from store.database import Connection
from store.sessions import StoredSession
from store.staff import StoredStaff


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page shows."""

    me: StoredStaff
    codes_left: int
    sessions: Sequence[StoredSession]


async def show(visit: Visit) -> web.Response:
    """Show the account."""
    return await _show(visit)


async def change_password(visit: Visit) -> web.Response:
    """Change the password; whoever is signed in elsewhere isn't any more."""
    form = visit.form
    old, new, again = form.raw("password"), form.raw("password_new"), form.raw("password_again")
    try:
        token = await _own(visit).change_password(visit.staff, old, new, again, caller=caller_of(visit))
    except Refused as refused:
        return await _show(visit, password_problem=refused)
    return keep_token(visit, visit.go("/account", said="account/password_changed"), token)


async def end_session(visit: Visit) -> web.Response:
    """Sign out elsewhere."""
    number = visit.number("session")
    if not await visit.write(rules.end_session, visit.staff, number, caller=caller_of(visit)):
        raise visit.missing("session", number)
    return visit.go("/account", said="account/signed_out_elsewhere")


async def sign_out_everywhere(visit: Visit) -> web.Response:
    """Sign out everywhere, here too."""
    await visit.write(rules.sign_out_everywhere, visit.staff, caller=caller_of(visit))
    return visit.go("/sign-in", said="sign_in/everywhere")


async def show_second_factor(visit: Visit) -> web.Response:
    """Show how to set up the second factor, with its QR code once one was asked for."""
    return await _show_second_factor(visit)


async def offer_second_factor(visit: Visit) -> web.Response:
    """Make a fresh QR code."""
    try:
        await _own(visit).offer_totp(visit.staff, visit.form.raw("password"), caller=caller_of(visit))
    except Refused as refused:
        return await _show_second_factor(visit, refused)
    return visit.go("/account/second-factor")


async def show_code(visit: Visit) -> web.Response:
    """Return the QR code as a picture."""
    secret = await _own(visit).offered_secret(visit.staff)
    if secret is None:
        raise visit.missing("second_factor", visit.staff.staff_id)
    issuer = visit.desk.means.town.office.name
    picture = second_factor.picture(second_factor.address(secret, name=visit.staff.name, issuer=issuer))
    return web.Response(body=picture, content_type="image/svg+xml")


async def confirm_second_factor(visit: Visit) -> web.Response:
    """Take the first code, and show the recovery codes once."""
    code = visit.form.text("code", most=20)
    try:
        done = await _own(visit).accept_totp(visit.staff, code, caller=caller_of(visit))
    except Refused as refused:
        return await _show_second_factor(visit, refused)
    visit.signed_in = await visit.read(find_session, hash_token(done.token), visit.now)
    visit.bearer = done.token
    return keep_token(visit, visit.page("account/recovery_codes.html", codes=done.codes), done.token)


async def drop_second_factor(visit: Visit) -> web.Response:
    """Do without a second factor, where that is allowed."""
    try:
        await _own(visit).drop_totp(visit.staff, visit.form.raw("password"), caller=caller_of(visit))
    except Refused as refused:
        return await _show(visit, factor_problem=refused)
    return visit.go("/account", said="account/factor_dropped")


async def renew_codes(visit: Visit) -> web.Response:
    """Show fresh recovery codes once."""
    try:
        codes = await _own(visit).renew_recovery_codes(visit.staff, visit.form.raw("password"), caller=caller_of(visit))
    except Refused as refused:
        return await _show(visit, factor_problem=refused)
    return visit.page("account/recovery_codes.html", codes=codes)


def needs_attention(conn: Connection, me: Staff, _now: datetime) -> Sequence[Hit]:
    """Tell somebody that his password was guessed at before he came in."""
    stored = staff.find(conn, me.staff_id)
    if stored is None or stored.failures_told < TOLD_FROM:
        return ()
    title = say(Said.FAILURES_TOLD, number=stored.failures_told)
    return (Hit(title, say(Said.FAILURES_ADVICE), "/account", "failures"),)


async def _show(
    visit: Visit, *, password_problem: Refused | None = None, factor_problem: Refused | None = None
) -> web.Response:
    refused = password_problem or factor_problem
    return visit.page(
        "account/overview.html",
        status=status_of(refused) if refused else 200,
        overview=await visit.read(_look, visit.staff, visit.now),
        this_session=visit.signed_in.session_id if visit.signed_in else 0,
        factor_needed=needs_second_factor(visit.staff.preset, visit.staff.permissions),
        password_problem=str(password_problem or ""),
        factor_problem=str(factor_problem or ""),
        told_from=TOLD_FROM,
    )


def _look(conn: Connection, me: Staff, now: datetime) -> Overview:
    stored = staff.find(conn, me.staff_id)
    assert stored is not None, "who is signed in is on the list"
    codes = recovery.count_unused(conn, me.staff_id)
    return Overview(stored, codes, sessions.list_of(conn, me.staff_id, now=now))


async def _show_second_factor(visit: Visit, refused: Refused | None = None) -> web.Response:
    return visit.page(
        "account/second_factor.html",
        status=status_of(refused) if refused else 200,
        secret=await _own(visit).offered_secret(visit.staff),
        problem=str(refused or ""),
    )


def _own(visit: Visit) -> OwnAccount:
    means = visit.desk.means
    return OwnAccount(means.database, seal=means.seal, passwords=visit.desk.passwords, limits=limits_of(means.settings))


SUBJECT = Subject(
    name="account",
    routes=(
        Route("GET", "/account", show, Access.SIGNED_IN),
        Route("POST", "/account/password", change_password, Access.SIGNED_IN),
        Route("POST", "/account/sessions/{session}/end", end_session, Access.SIGNED_IN),
        Route("POST", "/account/sign-out-everywhere", sign_out_everywhere, Access.SIGNED_IN),
        Route("GET", "/account/second-factor", show_second_factor, Access.SETTING_UP),
        Route("POST", "/account/second-factor", offer_second_factor, Access.SETTING_UP),
        Route("GET", "/account/second-factor.svg", show_code, Access.SETTING_UP),
        Route("POST", "/account/second-factor/confirm", confirm_second_factor, Access.SETTING_UP),
        Route("POST", "/account/second-factor/drop", drop_second_factor, Access.SIGNED_IN),
        Route("POST", "/account/recovery-codes", renew_codes, Access.SIGNED_IN),
    ),
    rule=Access.SIGNED_IN,
    home="/account",
    waiting_first=needs_attention,
    in_menu=False,
)
