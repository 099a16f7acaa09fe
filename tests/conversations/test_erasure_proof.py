"""Proof of erasure: a phone, a name, an openid and a sentence, planted wherever they can get to, are found nowhere."""

import base64
import io
import logging
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.app import build_api
from bot.clock import Clock
from bot.dialogue.context import Context, dump_context
from bot.domain import help, help_asked, personal
from bot.jobs.cleanup import Cleanup
from bot.jobs.ledger import LedgerCopy
from bot.logs import TALKATIVE, JsonFormatter, TextFormatter, mask
from bot.outbound.delivery import CustomerText, text_delivery
from bot.outbound.files import ReceivedFiles
from bot.outbound.lanes import MediaFetches
from store import citizens, outbox
from store.database import database_file
from store.ledger import Ledger
from store.sealing import Seal
from tests.conversations.desk import Officer, now
from tests.conversations.personal import keep_contact
from tests.conversations.searching import Needle, found_in, needle, search_files, search_tables, tables_in_dump
from tests.dialogue.pushing import change, count
from tests.pages.visitor import get, link_of, open_own_page, post
from tests.postgres import Cluster
from tests.town import SEAL_KEY, Citizen, Town, free_port, open_town

PHONE = "13903717788"
NAME = "欧阳慧敏"
SENTENCE = "槐树胡同口那只三条腿的橘猫昨夜又叫了"
EVERYTHING = f"我叫{NAME}，电话{PHONE}，{SENTENCE}"
LATITUDE = 34.7519843
SEAL = Seal([SEAL_KEY])

# Where the words stand before the erasure, no more and no less: if one of these were missing, the search would prove
# nothing about it; a new place joins the list, so that somebody has thought of it.
PLACES = {
    "citizens.openid",
    "contacts.sealed",
    "conversation_lines.body",
    "conversations.about",
    "conversations.draft",
    "dialogues.state",
    "failures.sealed",
    "inbox.said",
    "inbox.reply",
    "outbox.body",
    "unanswered.question",
}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, at every level, as a service writes it in either format."""
    out = io.StringIO()
    handlers = [logging.StreamHandler(out), logging.StreamHandler(out)]
    root, level = logging.getLogger(), logging.getLogger().level
    for handler, formatter in zip(handlers, (JsonFormatter(), TextFormatter()), strict=True):
        handler.setFormatter(formatter)
        handler.addFilter(lambda record: record.name not in TALKATIVE or record.levelno >= logging.WARNING)
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.setLevel(level)
    for handler in handlers:
        root.removeHandler(handler)


@pytest.fixture
async def paged_town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """A town with pages, on each kind of database, in a folder with nothing else in it."""
    port = free_port()
    async with open_town(tmp_path, database_url, port=port, public_url=f"http://127.0.0.1:{port}") as town:
        yield town


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen with traces, and what to look for."""

    citizen: Citizen
    citizen_id: str
    link: str
    needles: tuple[Needle, ...]


async def _live_a_life(town: Town) -> Person:
    """Leave phone, name, openid and sentence wherever a citizen can."""
    citizen = await town.follower()
    await citizen.says(EVERYTHING)
    await citizen.does("shares_location", latitude=LATITUDE, longitude=113.62, label=f"{NAME}家", scale=15)
    picture = b"\xff\xd8\xff" + f"{EVERYTHING}{citizen.openid}".encode()
    await citizen.does("sends_photo", data=base64.b64encode(picture).decode())
    await citizen.says(f"我不想活了，{EVERYTHING}")
    await citizen.says("同意书")
    await citizen.says("同意")
    await keep_contact(town, citizen, kind="phone", value=PHONE)
    await keep_contact(town, citizen, kind="name", value=NAME)
    await _fails(town, citizen)
    citizen_id = await town.database.read(citizens.find_by_openid, citizen.openid)
    assert citizen_id is not None
    await _is_promised_something(town, citizen_id)
    await _talks_with_an_officer(town, citizen, citizen_id)
    await citizen.says("导出")
    link = await link_of(citizen)
    await town.until("SELECT count(*) FROM attachments WHERE state = 'kept'", 1)
    return Person(citizen, citizen_id, link, _needles(citizen))


def _needles(citizen: Citizen) -> tuple[Needle, ...]:
    """Return what to look for; of the sentence also both ends, since words are cut here and there."""
    whole = {"phone": PHONE, "name": NAME, "openid": citizen.openid, "sentence": SENTENCE}
    parts = {"beginning": SENTENCE[:6], "end": SENTENCE[-6:], "latitude": str(LATITUDE)}
    return tuple(needle(name, words) for name, words in (whole | parts).items())


async def _fails(town: Town, citizen: Citizen) -> None:
    """Have a message fail with an error whose very words quote it."""
    if town.settings.database_url.startswith("sqlite"):
        trouble = f"CREATE TRIGGER trouble BEFORE INSERT ON unanswered BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
        await change(town, trouble)
    else:
        await change(town, "ALTER TABLE unanswered ADD CONSTRAINT trouble CHECK (false) NOT VALID")
    await citizen.says(f"又来问一次：{EVERYTHING}{citizen.openid}")
    citizen.sees("编号")
    is_sqlite = town.settings.database_url.startswith("sqlite")
    await change(town, "DROP TRIGGER trouble" if is_sqlite else "ALTER TABLE unanswered DROP CONSTRAINT trouble")


async def _is_promised_something(town: Town, citizen_id: str) -> None:
    """Put texts into the outbox, one that leaves at once and one for later, and an answer still owed into the talk."""
    now = Clock(town.settings.clock_offset_file).now()
    body = CustomerText(citizen_id=citizen_id, text=EVERYTHING)
    await town.database.write(outbox.enqueue, text_delivery(body, now))
    await town.database.write(outbox.enqueue, text_delivery(body, now, due=now + timedelta(days=1)))
    await town.until("SELECT count(*) FROM outbox WHERE lane = 'customer_message' AND state = 'sent'", 1)


async def _talks_with_an_officer(town: Town, citizen: Citizen, citizen_id: str) -> None:
    """Have one talk that is over, and one in which an officer has begun to write."""
    officer = Officer(town, 1)
    for is_last in (False, True):
        asked = await town.database.write(help_asked.ask_person, citizen_id, about=EVERYTHING, now=now(town))
        await officer.claims(asked.conversation)
        await citizen.says(EVERYTHING)
        citizen.sees_nothing()
        await officer.says(asked.conversation, EVERYTHING, once=asked.conversation.ticket)
        if not is_last:
            await officer.does(help.close, asked.conversation)
    await officer.types(asked.conversation, EVERYTHING)


async def _owe(town: Town, person: Person, *, confirming: str) -> None:
    """Owe an answer at the very moment of erasing: it is told before the next reply, which is kept."""
    place = f"{NAME}家 {LATITUDE}"
    state = dump_context(Context(owed=EVERYTHING, owed_to="00", confirming=confirming, place=place))
    words = "UPDATE dialogues SET state = :state, revision = revision + 1 WHERE citizen_id = :who"
    await change(town, words, state=state, who=person.citizen_id)


async def _unfollows(town: Town, person: Person) -> None:
    await _owe(town, person, confirming="")
    await person.citizen.does("unfollows")


async def _asks(town: Town, person: Person) -> None:
    await _owe(town, person, confirming="erase")
    await person.citizen.says("确认删除")
    person.citizen.sees("都删掉了")


async def _presses_the_button(town: Town, person: Person) -> None:
    page = await open_own_page(town, person.citizen)
    await _owe(town, person, confirming="")
    assert (await post(town, "/my/erase", token=page.erase_token, confirm="yes")).status == 200


async def _let_the_clock_do_its_work(town: Town) -> None:
    """Run what the service runs by itself within the hour: the files go, and the disk forgets."""
    for path in town.settings.files_dir.rglob("*"):
        os.utime(path, (time.time() - 3600,) * 2)
    api = build_api(town.settings, database=town.database, session=town.session)
    await MediaFetches(api, town.database, files=ReceivedFiles(town.settings.files_dir)).tidy()
    clock = Clock(town.settings.clock_offset_file)
    await Cleanup(town.database, clock=clock, settings=town.settings).run_once()
    await LedgerCopy(town.database, Ledger(town.settings.erasure_ledger)).run_once()


async def _tables(town: Town, person: Person) -> dict[str, set[str]]:
    return await town.database.read(search_tables, person.needles, SEAL)


def _back_up(town: Town, folder: Path, cluster: Cluster) -> bytes:
    """Return what a backup of this moment holds."""
    url = town.settings.database_url
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(database_file(url))) as source, closing(sqlite3.connect(folder / "b.db")) as copy:
            source.backup(copy)
        content = (folder / "b.db").read_bytes()
        (folder / "b.db").unlink()
        assert b"CREATE TABLE citizens" in content
        return content
    name, file = urlsplit(url).path.removeprefix("/"), cluster.folder / f"{time.time_ns()}.sql"
    reach = ["-h", "127.0.0.1", "-p", str(cluster.port), "-U", "wenming", "-d", name]
    cluster.run([str(cluster.bin / "pg_dump"), *reach, "-f", str(file)])
    content = file.read_bytes()
    assert {"citizens", "inbox", "outbox", "failures"} <= tables_in_dump(content.decode())
    return content


Way = Callable[[Town, Person], Awaitable[None]]


@pytest.mark.parametrize("way", [_unfollows, _asks, _presses_the_button], ids=lambda way: way.__name__.strip("_"))
async def test_nothing_is_found_of_someone_who_was_erased(
    paged_town: Town,
    way: Way,
    written: io.StringIO,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    postgres_cluster: Cluster,
) -> None:
    town, elsewhere = paged_town, tmp_path_factory.mktemp("backup")
    neighbour = await town.follower("李师傅")
    await neighbour.says("大扫除哪天搞")
    person = await _live_a_life(town)
    everything = {one.name for one in person.needles}
    await _owe(town, person, confirming="")
    before = await _tables(town, person)
    assert set(before) == PLACES
    assert set().union(*before.values()) == everything
    _files_hold(search_files(tmp_path, person.needles), town, everything)
    assert found_in(person.needles, _back_up(town, elsewhere, postgres_cluster)) == everything
    page = await open_own_page(town, person.citizen)
    exported = (await get(town, page.export_path)).text.encode()
    assert found_in(person.needles, exported) == everything

    await way(town, person)
    await _let_the_clock_do_its_work(town)

    assert await _tables(town, person) == {}
    assert search_files(tmp_path, person.needles) == {}  # SQLite's file and its log, pictures, the ledger
    assert found_in(person.needles, _back_up(town, elsewhere, postgres_cluster)) == set()
    for path in (person.link, page.export_path):
        assert (await get(town, path)).status == 410
    assert (await post(town, "/my/erase", token=page.erase_token, confirm="yes")).status == 410
    assert await town.database.read(personal.gather, SEAL, person.citizen_id) is None
    assert found_in(person.needles, (await get(town, "/metrics")).text.encode()) == set()
    log = written.getvalue()
    assert found_in(person.needles, log.encode()) == set()  # not even before the erasure
    for line in ("message failed", mask(person.citizen.openid)):  # and the log is one
        assert line in log
    await _others_are_untouched(town, neighbour, person)
    await _what_the_law_keeps_is_there(town, person)


def _files_hold(found: Mapping[str, set[str]], town: Town, everything: set[str]) -> None:
    """Check that the picture is searched, and SQLite's file with its log."""
    picture = set().union(*(there for name, there in found.items() if name.startswith("files/")))
    assert picture == everything - {"latitude"}
    if town.settings.database_url.startswith("sqlite"):
        database = set().union(*(there for name, there in found.items() if name.startswith("wenming.db")))
        assert database == everything


async def test_an_alert_about_a_life_is_all_that_waits(tmp_path: Path, database_url: str) -> None:
    """The one exception, named in docs/privacy.md: its row keeps its words until the duty officer has it."""
    async with open_town(tmp_path, database_url, duty_robot_url=f"http://127.0.0.1:{free_port()}/") as town:
        citizen = await town.follower()
        await citizen.says(f"我不想活了，{EVERYTHING}")
        await town.until("SELECT count(*) FROM outbox WHERE lane = 'robot' AND state = 'ready' AND attempts > 0")
        needles = _needles(citizen)
        await citizen.does("unfollows")
        await _let_the_clock_do_its_work(town)
        said = {"phone", "name", "sentence", "beginning", "end"}
        assert await town.database.read(search_tables, needles, SEAL) == {"outbox.body": said}
        await town.control("clock", advance=600)
    async with open_town(tmp_path, database_url) as town:
        assert SENTENCE in (await town.alerts(1))[0]
        await town.until("SELECT count(*) FROM outbox WHERE lane = 'robot' AND state = 'sent' AND body = '{}'")
        await _let_the_clock_do_its_work(town)
        assert await town.database.read(search_tables, needles, SEAL) == {}
        assert search_files(tmp_path, needles) == {}


async def _others_are_untouched(town: Town, neighbour: Citizen, person: Person) -> None:
    page = await open_own_page(town, neighbour)
    assert "大扫除哪天搞" in page.text
    export = await get(town, page.export_path)
    assert "大扫除哪天搞" in export.text
    assert found_in(person.needles, export.text.encode()) == set()


async def _what_the_law_keeps_is_there(town: Town, person: Person) -> None:
    """Numbers, times and words of ours: that it happened, and that the office was allowed to."""
    assert await count(town, f"citizens WHERE citizen_id = '{person.citizen_id}' AND openid IS NULL") == 1
    assert await count(town, f"erasures WHERE citizen_id = '{person.citizen_id}'") == 1
    assert await count(town, f"consents WHERE citizen_id = '{person.citizen_id}' AND decision = 'agreed'") == 1
    assert await count(town, f"security_log WHERE who = '{SEAL.alias(person.citizen_id)}'") >= 2
    assert await count(town, "failures") == 0
    assert await count(town, "unanswered WHERE question IS NULL") >= 1
    ledger = Ledger(town.settings.erasure_ledger).read()
    assert {one.citizen_id for one in ledger} == {person.citizen_id}
