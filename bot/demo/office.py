"""The demo's office before anybody comes: colleagues with password and second factor, words, a draft, a publication."""

from datetime import timedelta

from bot.clock import TOWN, Clock
from bot.commands import open_seal
from bot.demo.folder import Secrets
from bot.demo.story import Colleague, Story
from bot.domain import canned, desk_articles, workdays
from bot.domain import staff as rules
from bot.domain.passwords import Passwords
from bot.domain.sessions import Caller, limits_of
from bot.domain.sign_in import SignIn
from bot.domain.staff import OPERATOR, Wanted
from bot.settings import Settings
from store import publications, staff
from store.article_content import NewArticle
from store.database import Connection, Database
from store.publications import PublicationKind
from store.sealing import Seal

_DAYS_OPEN = 60


async def furnish(settings: Settings, story: Story, made: Secrets, *, database: Database) -> None:
    """Bring everything in."""
    clock, seal = Clock(settings.clock_offset_file), open_seal(settings)
    door = SignIn(database, seal=seal, passwords=Passwords(), limits=limits_of(settings))
    for colleague in story.colleagues:
        await _hire(colleague, made, database=database, door=door, caller=Caller("127.0.0.1", clock.now()))
    await database.write(_give_second_factors, seal, made.totp)
    await database.write(_put_words, story, clock)
    await database.write(_be_there_always, story, clock)


async def _hire(colleague: Colleague, made: Secrets, *, database: Database, door: SignIn, caller: Caller) -> None:
    wanted = Wanted(display=colleague.display, preset=colleague.preset, department=colleague.department)
    invited = await database.write(rules.invite, colleague.name, wanted, by=OPERATOR, now=caller.now)
    await door.accept_invitation(invited.token, made.password, made.password, caller=caller)


def _give_second_factors(conn: Connection, seal: Seal, secret: str) -> None:
    for one in staff.list_all(conn):
        staff.offer_totp(conn, one.id, seal.close(secret))
        staff.accept_totp(conn, one.id, step=0)


def _put_words(conn: Connection, story: Story, clock: Clock) -> None:
    now = clock.now()
    for words in story.canned:
        canned.add(conn, title=words.title, body=words.body, by=story.colleagues[0].name, now=now)
    for one in story.publications:
        at = Clock().now() - timedelta(days=one.days_ago)
        publications.note(conn, kind=PublicationKind(one.kind), title=one.title, by=one.by, at=at)
    draft = story.draft
    new = NewArticle(
        slug=draft.slug,
        ours=True,
        measure=draft.measure,
        subject=draft.subject,
        title=draft.title,
        answer=draft.answer,
        links=(),
        samples=tuple(draft.samples),
    )
    desk_articles.create(conn, new, to_submit=True, by=draft.by, now=now)


def _be_there_always(conn: Connection, story: Story, clock: Clock) -> None:
    """Open the office day and night: a demo is looked at when there is time."""
    now, by = clock.now(), story.colleagues[0].name
    workdays.set_hours(conn, [(0, 24 * 60)], by=by, now=now)
    for number in range(_DAYS_OPEN):
        day = now.astimezone(TOWN).date() + timedelta(days=number)
        workdays.set_day(conn, day, is_workday=True, note=story.always_open, by=by, now=now)
