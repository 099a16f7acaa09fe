"""What a browser may send: read within limits, decoded strictly, without control characters."""

import json
from typing import Any

import pytest
from aiohttp import FormData
from hypothesis import given
from hypothesis import strategies as st

from bot.console.form import MOST_FIELDS, clean
from tests.console.colleague import Colleague, Page
from tests.console.trial import MOST_BYTES, TrialDesk

URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}
BOUNDED = {"Content-Type": "multipart/form-data; boundary=b"}


@given(st.text())
def test_clean_text_is_a_line_without_control_characters(text: str) -> None:
    cleaned = clean(text)
    assert "\n" not in cleaned
    assert not any(ord(one) < 32 or 0x7F <= ord(one) < 0xA0 or 0xD800 <= ord(one) < 0xE000 for one in cleaned)
    assert clean(cleaned) == cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


def test_lines_are_kept_where_there_are_lines() -> None:
    assert clean("a\r\nb\rc\n", lines=True) == "a\nb\nc"
    assert clean("a\r\nb") == "a b"
    assert clean("\u202eabc\u2069\x00\x1b[1m") == "abc[1m"
    assert clean("e\u0301") == "\u00e9"


async def echo(trial: TrialDesk, colleague: Colleague, data: Any, **more: Any) -> Page:
    headers = {"X-CSRF-Token": await trial.token(colleague), **more.pop("headers", {})}
    return await colleague.asks("POST", "/trial/echo", data=data, headers=headers, **more)


async def test_fields_are_read_as_their_kinds(trial: TrialDesk) -> None:
    colleague = await trial.hire()
    fields = [("words", " 一\u0000\r\n二 "), ("many", "a"), ("many", ""), ("many", "b"), ("number", "-12")]
    page = await echo(trial, colleague, FormData(fields))
    assert json.loads(page.text) == ["一 二", "一\n二", "a", "b", "-12"]
    for wrong in ("", "1.5", "１２", "1" * 19, "--1", "0x10", "1e3"):
        assert json.loads((await echo(trial, colleague, FormData({"number": wrong}))).text)[-1] == "None", wrong


async def test_a_text_is_cut_so_that_a_check_sees_it_is_too_long(trial: TrialDesk) -> None:
    page = await echo(trial, await trial.hire(), {"words": "字" * 5000})
    assert [len(one) for one in json.loads(page.text)][:2] == [201, 2001]


async def test_files_come_with_their_size(trial: TrialDesk) -> None:
    parts = [
        'form-data; name="words"\r\n\r\n看图'.encode(),
        'form-data; name="photo"; filename="照片.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'.encode() + b"\xff\xd8" * 999,
        b'form-data; name="photo"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n',
    ]
    body = b"".join(b"--b\r\nContent-Disposition: " + part + b"\r\n" for part in parts) + b"--b--\r\n"
    page = await echo(trial, await trial.hire(), body, headers=BOUNDED)
    assert json.loads(page.text) == ["看图", "看图", "None", "照片.jpg:1998"]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"words=%ff%fe", URLENCODED, 400),
        (b"words=\xff", URLENCODED, 400),
        (b"words=%D6%D0", URLENCODED, 400),  # GBK
        (b"&".join(b"a=1" for _ in range(MOST_FIELDS + 1)), URLENCODED, 400),
        (b"words=" + b"x" * MOST_BYTES, URLENCODED, 413),
        (b'{"words": 1}', {"Content-Type": "application/json"}, 415),
        (b"words=x", URLENCODED | {"Content-Encoding": "gzip"}, 415),
        (b"words=x", {"Content-Type": "multipart/form-data"}, 400),
        (b"--b\r\nno end", BOUNDED, 400),
        (b"--b\r\nContent-Disposition: form-data; name=words\r\n\r\n\xff\r\n--b--", BOUNDED, 400),
        (
            b"--b\r\nContent-Disposition: form-data; name=a; filename=x\r\nContent-Encoding: gzip\r\n\r\nx\r\n--b--",
            BOUNDED,
            400,
        ),
        (b"--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--b--", BOUNDED, 400),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_no_page_sends_is_refused_in_chinese(
    trial: TrialDesk, body: bytes, headers: dict[str, str], status: int
) -> None:
    page = await echo(trial, await trial.hire(), body, headers=headers)
    assert page.status == status
    assert "没有改动任何内容" in page.text


async def test_a_body_without_a_length_is_counted_as_it_comes(trial: TrialDesk) -> None:
    async def endless() -> Any:
        yield b"words="
        for _ in range(MOST_BYTES // 1000 + 50):
            yield b"x" * 1000

    page = await echo(trial, await trial.hire(), endless(), headers=URLENCODED)
    assert page.status == 413


async def test_a_field_of_a_form_with_files_has_its_limit_too(trial: TrialDesk) -> None:
    data = FormData()
    data.add_field("photo", b"x", filename="x.jpg")
    data.add_field("words", "x" * 70_000)
    assert (await echo(trial, await trial.hire(), data)).status == 413


async def test_a_stranger_s_large_body_is_not_read(trial: TrialDesk) -> None:
    page = await trial.stranger().asks("POST", "/trial/echo", data=b"x" * 200_000, headers=URLENCODED)
    assert page.leads_to == "/sign-in"
