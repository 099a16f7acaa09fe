"""`wenming doctor`: look at everything a start needs and say what to do about what is wrong."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum

import aiohttp
from yarl import URL

from bot.app import build_api, build_choosing_model, build_embedder
from bot.domain import consent
from bot.domain.auditing import verify_log
from bot.domain.permissions import Preset
from bot.knowledge.chooser import SECONDS, ChoosingModel
from bot.knowledge.embedders import Embedder
from bot.knowledge.remote import ModelFailed
from bot.settings import AccountKind, Semantic, Settings, SettingsError, read_settings
from bot.wechat.accounts import CAPABILITIES
from bot.wechat.errors import Misconfigured, WeChatError
from bot.wechat.transport import open_session
from store import articles, staff
from store.articles import APPROVED
from store.audit import Verdict
from store.database import DATABASE_TROUBLE, open_database, wall_clock
from store.migrate import find_revision, newest_revision
from store.staff import StoredStaff

_MOST_SKEW_SECONDS = 60
_PLATFORM_SECONDS = 15.0
_TRIAL, _OTHER_TRIAL = "Where is the library?", "How to report a broken street lamp"


class Grade(StrEnum):
    """How a finding stands."""

    GOOD = "ok"
    WARNING = "warn"
    FAILURE = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    grade: Grade
    about: str
    says: str

    def is_failure(self) -> bool:
        """Tell whether the service can't work like this."""
        return self.grade is Grade.FAILURE

    def __str__(self) -> str:
        return f"{self.grade:4}  {self.about}: {self.says}"


async def examine(*, offline: bool) -> list[Finding]:
    """Examine settings, database, clock, platform and account kind, in this order."""
    try:
        settings = read_settings()
    except SettingsError as wrong:
        return [Finding(Grade.FAILURE, "settings", line) for line in str(wrong).splitlines()]
    findings = [Finding(Grade.GOOD, "settings", "complete"), *_examine_settings(settings)]
    findings += [finding async for finding in _examine_database(settings)]
    if not offline:
        findings += [finding async for finding in _examine_platform(settings)]
        findings += [finding async for finding in _examine_pages(settings)]
    findings += [finding async for finding in _examine_models(settings, offline=offline)]
    return [*findings, _describe_account(settings.account_kind)]


def _examine_settings(settings: Settings) -> list[Finding]:
    findings = []
    if settings.aes_key is None:
        advice = "plain mode: anybody who sees one request can forge others; set AES_KEY and choose safe mode there"
        findings.append(Finding(Grade.WARNING, "encryption", advice))
    if settings.accept_plain and settings.aes_key is not None:
        findings.append(Finding(Grade.WARNING, "encryption", "ACCEPT_PLAIN is on: unset it once the mode is changed"))
    if not settings.office_phone:
        findings.append(Finding(Grade.WARNING, "office", "OFFICE_PHONE is empty: citizens are sent to 12345 only"))
    findings.append(_examine_duty_channel(settings))
    if not settings.public_url:
        advice = "PUBLIC_URL is empty: citizens can't see, export or erase on a page, only in the chat"
        findings.append(Finding(Grade.WARNING, "pages", advice))
    elif settings.live and not settings.icp_number:
        findings.append(Finding(Grade.WARNING, "pages", "ICP_NUMBER is empty: a page must show its domain's filing"))
    if settings.live and settings.public_url and not settings.desk_proxy_header:
        advice = "DESK_PROXY_HEADER is empty: behind a proxy a stranger's wrong guesses lock everybody's sign-in"
        findings.append(Finding(Grade.WARNING, "console", advice))
    if not settings.live:
        findings.append(Finding(Grade.WARNING, "mode", "LIVE=false: this is a test or a demo, not for citizens"))
    return findings


def _examine_duty_channel(settings: Settings) -> Finding:
    if settings.duty_robot_url is None:
        advice = "DUTY_ROBOT_URL is empty: nobody is told when a citizen is in danger, only the log"
        return Finding(Grade.WARNING, "duty", advice)
    address = URL(settings.duty_robot_url.get_secret_value())
    if address.scheme == "http":
        return Finding(Grade.WARNING, "duty", f"alerts go to {address.host} unencrypted: use its https:// address")
    return Finding(Grade.GOOD, "duty", f"alerts go to the robot at {address.host}")


async def _examine_database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        revision = await find_revision(settings.database_url)
    except DATABASE_TROUBLE as error:
        advice = f"can't be reached ({type(error).__name__}): check DATABASE_URL and that the server runs"
        yield Finding(Grade.FAILURE, "database", advice)
        return
    if revision is None:
        yield Finding(Grade.WARNING, "database", "empty: the first `wenming serve` sets it up")
        return
    if revision != newest_revision():
        advice = f"at {revision}, this version needs {newest_revision()}: make a backup, then run `wenming migrate`"
        yield Finding(Grade.FAILURE, "migrations", advice)
        return
    yield Finding(Grade.GOOD, "database", f"reachable, at {revision}")
    database = open_database(settings.database_url)
    try:
        if settings.database_url.startswith("postgresql"):
            server = await database.read(wall_clock)
            yield _compare_clocks("database clock", server.timestamp())
        counted = await database.read(articles.count_by_status)
        people = await database.read(staff.list_all)
        verdict = await verify_log(database)
    finally:
        await database.close()
    if counted.get(APPROVED):
        yield Finding(Grade.GOOD, "knowledge", f"{counted[APPROVED]} approved articles")
    else:
        advice = "no approved article, so nothing is answered: wenming knowledge approve --all --by NAME"
        yield Finding(Grade.WARNING, "knowledge", advice)
    yield _describe_staff(people)
    yield _describe_audit(verdict)


def _describe_staff(people: Sequence[StoredStaff]) -> Finding:
    active = [one for one in people if one.active and one.has_password]
    if not any(one.preset == Preset.ADMINISTRATOR for one in active):
        advice = "no administrator has signed in: wenming staff add NAME --display … --preset administrator"
        return Finding(Grade.WARNING, "staff", advice)
    return Finding(Grade.GOOD, "staff", f"{len(active)} may sign in to the console")


def _describe_audit(verdict: Verdict) -> Finding:
    if verdict.breaks:
        lines = ", ".join(str(one.id) for one in verdict.breaks[:10])
        advice = f"altered, or lines are missing, at {lines}: find out who changed the database, compare with a backup"
        return Finding(Grade.FAILURE, "audit log", advice)
    return Finding(Grade.GOOD, "audit log", f"whole, {verdict.lines} lines, ends with {verdict.head[:16]}")


async def _examine_platform(settings: Settings) -> AsyncIterator[Finding]:
    database = open_database(settings.database_url) if await find_revision(settings.database_url) else None
    try:
        async with open_session() as session, asyncio.timeout(_PLATFORM_SECONDS):
            yield await _compare_with_platform(session, settings)
            if database is None:
                yield Finding(Grade.WARNING, "token", "not tried: the database is empty")
                return
            addresses = await build_api(settings, database=database, session=session).check_reachable()
            yield Finding(Grade.GOOD, "token", f"given; WeChat calls back from {len(addresses)} addresses")
    except Misconfigured as wrong:
        yield Finding(Grade.FAILURE, "token", str(wrong))
    except (WeChatError, aiohttp.ClientError, OSError, TimeoutError) as error:
        advice = f"{str(error) or type(error).__name__}: check WECHAT_API_URL, DNS, firewall and proxy"
        yield Finding(Grade.FAILURE, "platform", advice)
    finally:
        if database is not None:
            await database.close()


async def _examine_pages(settings: Settings) -> AsyncIterator[Finding]:
    """See whether the page that citizens are sent to opens from here; without it the service works on."""
    if not settings.public_url:
        return
    address = f"{settings.public_url}/privacy"
    try:
        async with open_session() as session, asyncio.timeout(_PLATFORM_SECONDS), session.get(address) as answer:
            status, text = answer.status, await answer.text()
    except (aiohttp.ClientError, OSError, TimeoutError, UnicodeDecodeError) as error:
        advice = f"{address} doesn't open ({type(error).__name__}): does the service run, does the proxy pass the path?"
        yield Finding(Grade.WARNING, "pages", advice)
        return
    if status != 200 or consent.version(settings) not in text:
        advice = f"{address} isn't this service's page (status {status}): pass /privacy, /my, /my/export and /my/erase"
        yield Finding(Grade.WARNING, "pages", advice)
        return
    yield Finding(Grade.GOOD, "pages", f"{address} opens")


async def _examine_models(settings: Settings, *, offline: bool) -> AsyncIterator[Finding]:
    """Try the optional models; without them the words alone decide, so nothing here keeps the service from working."""
    async with open_session() as session:
        embedder = build_embedder(settings, session=session)
        if embedder is not None and not (offline and settings.semantic is Semantic.REMOTE):
            yield await _try_embedder(embedder)
        model = build_choosing_model(settings, session=session)
        if model is not None and not offline:
            yield await _try_chooser(model)


async def _try_embedder(embedder: Embedder) -> Finding:
    try:
        vectors = await embedder.embed([_TRIAL])
    except ModelFailed as failure:
        return Finding(Grade.WARNING, "semantic", f"words alone decide: {failure}")
    return Finding(Grade.GOOD, "semantic", f"{embedder.model}, vectors of {vectors.shape[1]} numbers")


async def _try_chooser(model: ChoosingModel) -> Finding:
    try:
        chosen = await model.ask(_TRIAL, [_TRIAL, _OTHER_TRIAL], seconds=SECONDS)
    except ModelFailed as failure:
        advice = f"not used: {failure}; check CHOOSER_URL, CHOOSER_KEY and CHOOSER_MODEL"
        return Finding(Grade.WARNING, "chooser", advice)
    if chosen != 0:
        return Finding(Grade.WARNING, "chooser", "answers in time, but chose wrongly in an easy trial")
    return Finding(Grade.GOOD, "chooser", "answers in time")


async def _compare_with_platform(session: aiohttp.ClientSession, settings: Settings) -> Finding:
    async with session.get(f"{settings.wechat_api_url}/cgi-bin/getcallbackip") as answer:
        date = answer.headers.get("Date")
    if date is None:
        return Finding(Grade.WARNING, "clock", "the platform doesn't tell the time")
    return _compare_clocks("clock", parsedate_to_datetime(date).timestamp())


def _compare_clocks(about: str, theirs: float) -> Finding:
    skew = time.time() - theirs
    if abs(skew) > _MOST_SKEW_SECONDS:
        advice = f"{skew:+.0f} s off: switch on time synchronisation (chrony, systemd-timesyncd), or pushes are refused"
        return Finding(Grade.FAILURE, about, advice)
    return Finding(Grade.GOOD, about, f"{skew:+.0f} s")


def _describe_account(kind: AccountKind) -> Finding:
    can = CAPABILITIES[kind]
    missing = [name for name in can.__slots__ if not getattr(can, name)]
    if not missing:
        return Finding(Grade.GOOD, "account", f"{kind}: may do everything")
    return Finding(Grade.WARNING, "account", f"{kind} can't: {', '.join(missing)}; citizens are told where it matters")
