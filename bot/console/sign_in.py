"""Signing in and out: password, second factor, and the invitation with which somebody comes the first time."""

from urllib.parse import quote

from aiohttp import web

from bot.console.cookies import SESSION
from bot.console.page import Access, Route, Subject
from bot.console.visit import Visit
from bot.domain import sign_in as rules
from bot.domain.lockout import Locked
from bot.domain.sessions import Caller, limits_of
from bot.domain.sign_in import Entered, SignIn
from bot.domain.staff_words import Refused, Said
from store import staff

TOLD_FROM = 3  # failures: fewer are the owner's own slips
_LONGEST_NAME = 64


def caller_of(visit: Visit) -> Caller:
    """Return where a visit comes from."""
    token = visit.desk.cookies.get(visit.request, SESSION)
    return Caller(visit.address, visit.now, token, visit.request.headers.get("User-Agent", ""))


def keep_token(visit: Visit, response: web.Response, token: str) -> web.Response:
    """Have the browser bring this token along from now on."""
    seconds = visit.desk.means.settings.desk_absolute_hours * 3600
    visit.desk.cookies.put(response, SESSION, token, seconds=seconds)
    return response


def status_of(refused: Refused) -> int:
    """Return the status of a refusal's page."""
    if isinstance(refused, Locked):
        return 429
    return 503 if refused.said is Said.BUSY else 422


async def show(visit: Visit) -> web.Response:
    """Ask for name and password, or for the second factor if only that is missing."""
    if visit.staff_or_none is not None:
        return visit.go(visit.next())
    if visit.signed_in is not None:
        return visit.page("sign_in/second_factor.html", problem="", next=visit.next())
    return await _ask(visit)


async def enter(visit: Visit) -> web.Response:
    """Check name and password."""
    name = visit.form.text("name", most=_LONGEST_NAME)
    try:
        entered = await _door(visit).sign_in(name, visit.form.raw("password"), caller=caller_of(visit))
    except Refused as refused:
        return await _ask(visit, name=name, refused=refused)
    if not entered.full:
        return keep_token(visit, visit.go(f"/sign-in?next={quote(visit.next(), safe='/')}"), entered.token)
    return _let_in(visit, entered)


async def confirm(visit: Visit) -> web.Response:
    """Check the second factor, or a recovery code in its place."""
    code, recovery = visit.form.text("code", most=20), visit.form.text("recovery_code", most=40)
    try:
        if recovery:
            entered = await _door(visit).use_recovery_code(recovery, caller=caller_of(visit))
        else:
            entered = await _door(visit).confirm_totp(code, caller=caller_of(visit))
    except Refused as refused:
        if refused.said is Said.SIGNED_OUT:
            return await _ask(visit, refused=refused)
        values = {"problem": str(refused), "next": visit.next()}
        return visit.page("sign_in/second_factor.html", status=status_of(refused), **values)
    return _let_in(visit, entered)


async def leave(visit: Visit) -> web.Response:
    """Sign out of this browser."""
    if visit.signed_in is not None:
        await visit.write(rules.sign_out, visit.signed_in.staff.staff_id, caller=caller_of(visit))
    response = visit.go("/sign-in", said="sign_in/out")
    visit.desk.cookies.drop(response, SESSION)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


async def show_invitation(visit: Visit) -> web.Response:
    """Ask an invited person for a password."""
    return await _ask_for_password(visit)


async def accept_invitation(visit: Visit) -> web.Response:
    """Take the password, and let its owner in."""
    password, again = visit.form.raw("password"), visit.form.raw("password_again")
    try:
        entered = await _door(visit).accept_invitation(visit.place("token"), password, again, caller=caller_of(visit))
    except Refused as refused:
        return await _ask_for_password(visit, refused)
    return keep_token(visit, visit.go("/", said="sign_in/welcome"), entered.token)


async def _ask(visit: Visit, *, name: str = "", refused: Refused | None = None) -> web.Response:
    values = {
        "name": name,
        "problem": str(refused or ""),
        "next": visit.next(),
        "nobody_yet": not await visit.read(staff.is_anybody_there),
    }
    return visit.page("sign_in/password.html", status=status_of(refused) if refused else 200, **values)


async def _ask_for_password(visit: Visit, refused: Refused | None = None) -> web.Response:
    try:
        invited = await _door(visit).read_invitation(visit.place("token"), now=visit.now)
    except Refused as worthless:
        return visit.page("sign_in/no_invitation.html", status=410, problem=str(worthless))
    status = status_of(refused) if refused else 200
    return visit.page("sign_in/invitation.html", status=status, invited=invited, problem=str(refused or ""))


def _let_in(visit: Visit, entered: Entered) -> web.Response:
    said, about = "", ""
    if entered.codes_left is not None:
        said, about = "account/recovered", str(entered.codes_left)
    elif entered.failures >= TOLD_FROM:
        said, about = "account/failures", str(entered.failures)
    return keep_token(visit, visit.go(visit.next(), said=said, about=about), entered.token)


def _door(visit: Visit) -> SignIn:
    means = visit.desk.means
    return SignIn(means.database, seal=means.seal, passwords=visit.desk.passwords, limits=limits_of(means.settings))


SUBJECT = Subject(
    name="sign_in",
    routes=(
        Route("GET", "/sign-in", show, Access.OPEN),
        Route("POST", "/sign-in", enter, Access.OPEN),
        Route("POST", "/sign-in/second-factor", confirm, Access.OPEN),
        Route("POST", "/sign-out", leave, Access.OPEN),
        Route("GET", "/invitation/{token}", show_invitation, Access.OPEN),
        Route("POST", "/invitation/{token}", accept_invitation, Access.OPEN),
    ),
    rule=Access.OPEN,
    home="/sign-in",
    in_menu=False,
)
