"""The searches that prove an erasure find what they look for: a proof that cannot fail would prove nothing."""

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import text

from store.database import Connection, Database
from store.sealing import Seal
from tests.conversations.searching import found_in, needle, search_files, search_tables
from tests.town import SEAL_KEY

WORDS = "槐树胡同口的橘猫"
NEEDLES = (needle("words", WORDS),)
RAW = WORDS.encode()
HIDDEN = {
    "plain": RAW,
    "utf-16": WORDS.encode("utf-16"),
    "hex": RAW.hex().encode(),
    "HEX": RAW.hex().upper().encode(),
    "json": json.dumps({"said": f"昨夜{WORDS}叫了"}).encode(),
    "address": quote(f"昨夜{WORDS}叫了").encode(),
    **{f"base64 at {at}": base64.b64encode(b"x" * at + RAW + b"yz") for at in range(6)},
    **{f"base64 for addresses at {at}": base64.urlsafe_b64encode(b"x" * at + RAW) for at in range(6)},
}


BYTES = {"sqlite": "BLOB", "postgresql": "BYTEA"}


@pytest.mark.parametrize("how", HIDDEN)
def test_words_are_found_however_they_are_written(how: str) -> None:
    assert found_in(NEEDLES, b"before " + HIDDEN[how] + b" after") == {"words"}


@pytest.mark.parametrize("hay", [b"", WORDS[:-1].encode(), "昨夜的橘猫".encode(), b"\xff" * 50])
def test_other_words_arent(hay: bytes) -> None:
    assert found_in(NEEDLES, hay) == set()


def test_files_are_read_and_their_names_too(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "inside").write_bytes(HIDDEN["hex"])
    (tmp_path / f"{WORDS}.jpg").write_bytes(b"")
    (tmp_path / "clean").write_bytes(b"nothing")
    assert search_files(tmp_path, NEEDLES) == {"a/inside": {"words"}, f"{WORDS}.jpg": {"words"}}


async def test_every_table_is_read_and_what_is_sealed_is_opened(database: Database) -> None:
    seal = Seal([SEAL_KEY])

    def plant(conn: Connection) -> dict[str, set[str]]:
        conn.execute(text(f"CREATE TABLE forgotten (plain TEXT, closed {BYTES[conn.dialect.name]}, clean TEXT)"))
        values = {"plain": f"昨夜{WORDS}叫了", "closed": seal.close(WORDS), "clean": "没有"}
        conn.execute(text("INSERT INTO forgotten VALUES (:plain, :closed, :clean)"), values)
        return search_tables(conn, NEEDLES, seal)

    assert await database.write(plant) == {"forgotten.plain": {"words"}, "forgotten.closed": {"words"}}
