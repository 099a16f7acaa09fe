"""The benchmark measures what it says: every message is answered rightly, or it is counted as wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from wechatpy.crypto import WeChatCrypto

from tests.bench.knowledge import enlarge
from tests.bench.launch import run_load
from tests.bench.load import drive
from tests.bench.plan import Plan, percentile
from tests.bench.pushes import Account, ReplyError, build_pushes, check_answer, openid_of
from tests.bench.questions import pick_questions, read_articles
from tests.bench.report import METHOD, write
from tests.bench.rounds import Contender, Messages, Pace, WrongAnswersError, alternate, measure, ratios
from tests.bench.scenarios import bare
from tests.bench.wenming_server import PLAIN, SAFE, Setup, wenming

Answer = Callable[[bytes], bytes]


def plan(port: int) -> Plan:
    return Plan(
        port=port,
        account=PLAIN,
        questions=("晨练去哪里", "集市几点收摊"),
        count=60,
        first_id=1_000,
        connections=4,
        citizens=20,
        limit_seconds=20,
    )


def http(body: str, *, status: str = "200 OK", headers: str = "") -> bytes:
    content = body.encode()
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{headers}\r\n".encode() + content


def reply_to(openid: str, content: str = "请到社区中心报名。", *, sender: str = PLAIN.original_id) -> str:
    return (
        f"<xml><ToUserName>{openid}</ToUserName><FromUserName>{sender}</FromUserName><CreateTime>1</CreateTime>"
        f"<MsgType>text</MsgType><Content>{content}</Content></xml>"
    )


def sender_of(request: bytes) -> str:
    return request.partition(b"openid=")[2][:28].decode()


@asynccontextmanager
async def answering(answer: Answer) -> AsyncIterator[int]:
    """Serve one canned answer a request; an answer that asks for it closes the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                await reader.readexactly(length)
                reply = answer(head)
                writer.write(reply)
                await writer.drain()
                if not reply or b"Connection: close" in reply:
                    break
        except (asyncio.IncompleteReadError, ConnectionResetError):
            pass
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


async def test_right_answers_are_counted_and_timed() -> None:
    async with answering(lambda head: http(reply_to(sender_of(head)))) as port:
        result = await drive(plan(port))
    assert (result.sent, result.right, result.failed, result.late) == (60, 60, 0, 0)
    assert 0 < result.p50 <= result.p99 <= result.worst
    assert result.distinct == 1


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (lambda head: http(reply_to(openid_of(99))), "instead of the sender"),
        (lambda head: http(reply_to(sender_of(head), sender="gh_other")), "instead of the account"),
        (lambda head: http(reply_to(sender_of(head), " ")), "no text in it"),
        (lambda head: http("success"), "not XML"),
        (lambda head: http(""), "not XML"),
        (lambda head: http(reply_to(sender_of(head)), status="500 Oops"), "HTTP 500"),
    ],
)
async def test_every_wrong_answer_is_caught(answer: Answer, complaint: str) -> None:
    async with answering(answer) as port:
        result = await drive(plan(port))
    assert result.right == 0
    assert result.failed == 60
    assert all(complaint in why for why in result.errors)


async def test_one_wrong_answer_among_many_is_caught() -> None:
    wrong = openid_of(7)

    def answer(head: bytes) -> bytes:
        return http(reply_to("o-somebody-else" if sender_of(head) == wrong else sender_of(head)))

    async with answering(answer) as port:
        result = await drive(plan(port))
    assert (result.right, result.failed) == (57, 3)


async def test_connections_that_break_are_counted() -> None:
    async with answering(lambda head: b"") as port:
        result = await drive(plan(port))
    assert result.right == 0
    assert result.errors == {"connection closed without an answer": 60}


async def test_a_server_that_closes_after_each_answer_is_written_to_again() -> None:
    async with answering(lambda head: http(reply_to(sender_of(head)), headers="Connection: close\r\n")) as port:
        result = await drive(plan(port))
    assert (result.right, result.errors) == (60, {})


async def test_silence_is_counted_when_the_time_is_over() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listening = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        result = await drive(replace(plan(port), limit_seconds=0.05))
    assert result.errors == {"no answer": 60}


async def test_the_open_loop_sends_everything_once() -> None:
    seen: list[str] = []

    def answer(head: bytes) -> bytes:
        seen.append(head.partition(b"nonce=")[2].split(b"&")[0].decode())
        return http(reply_to(sender_of(head)))

    async with answering(answer) as port:
        result = await drive(replace(plan(port), rate=5_000.0))
    assert result.right == 60
    assert sorted(seen) == [str(number) for number in range(1_000, 1_060)]


@pytest.mark.parametrize("account", [PLAIN, SAFE], ids=["plain", "aes"])
def test_bare_aiohttp_is_measured_in_alternation_and_its_fixed_reply_is_no_answer(
    account: Account, tmp_path: Path
) -> None:
    messages = Messages(["晨练去哪里", "集市几点收摊"])
    with bare(tmp_path, account) as first, bare(tmp_path, account, loop="asyncio") as second:
        results = alternate((first, second), messages, Pace(rounds=2, seconds=0.01))
        assert [result.errors for result in results[first.name]] == [{}, {}]
        assert ratios(results[first.name], results[second.name]).median > 0
        with pytest.raises(WrongAnswersError, match="of 20 messages"):
            measure(messages.plan(replace(first, fixed_reply=False), 20), "not an answer")


@pytest.mark.parametrize("account", [PLAIN, SAFE], ids=["plain", "aes"])
def test_the_real_service_answers_every_message_of_a_load(account: Account, tmp_path: Path) -> None:
    messages = Messages(list(pick_questions(read_articles(), 100)))
    with wenming(Setup(tmp_path, account, answer_cache=False)) as running:
        result = run_load(messages.plan(Contender("service", running.port, account), 200))
    assert (result.right, result.errors) == (200, {})
    assert result.distinct > 50


def test_an_encrypted_push_opens_with_another_library() -> None:
    assert SAFE.aes_key
    (push,) = build_pushes(SAFE, ["晨练去哪里"], count=1, citizens=1, first_id=5, path="/wechat")
    head, _, body = push.wire.partition(b"\r\n\r\n")
    query = dict(pair.split("=") for pair in head.decode().split(" ")[1].partition("?")[2].split("&"))
    crypto = WeChatCrypto(SAFE.token, SAFE.aes_key, SAFE.app_id)
    opened = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
    assert "<![CDATA[晨练去哪里]]>" in opened
    assert "<MsgId>5</MsgId>" in opened


def test_an_encrypted_reply_is_opened_and_a_forged_one_refused() -> None:
    assert SAFE.aes_key
    crypto = WeChatCrypto(SAFE.token, SAFE.aes_key, SAFE.app_id)
    sealed = crypto.encrypt_message(reply_to(openid_of(1), "好的。"), "12345", "1700000000")
    assert check_answer(SAFE, openid_of(1), sealed.encode()) == "好的。"
    with pytest.raises(ReplyError, match="MsgSignature"):
        check_answer(SAFE, openid_of(1), sealed.replace("12345", "12346").encode())
    other = WeChatCrypto(SAFE.token, SAFE.aes_key, "wxother")
    with pytest.raises(ReplyError, match="app id"):
        check_answer(SAFE, openid_of(1), other.encrypt_message(reply_to(openid_of(1)), "1", "2").encode())


def test_five_hundred_distinct_questions_and_a_thousand_articles_come_from_the_real_ones() -> None:
    articles = read_articles()
    questions = pick_questions(articles)
    assert len(questions) == 500
    assert len({article.slug for article in questions.values()}) == len(articles)
    many = enlarge(articles, 1_000)
    assert len({article.slug for article in many}) == 1_000
    assert many[: len(articles)] == articles


def test_latencies_are_read_at_their_share() -> None:
    seconds = [number / 1000 for number in range(1, 101)]
    assert (percentile(seconds, 0.5), percentile(seconds, 0.99), percentile(seconds, 1.0)) == (51, 100, 100)
    assert percentile([], 0.5) == 0


def test_tables_go_between_their_markers_and_nothing_else_changes(tmp_path: Path) -> None:
    file = tmp_path / "BENCHMARKS.md"
    write("bench", "table one", file=file)
    write("peers", "peers' table", file=file)
    write("bench", "second", file=file)
    text = file.read_text(encoding="utf-8")
    assert "table one" not in text
    assert text.replace("\n\nsecond\n\n", "\n").replace("\n\npeers' table\n\n", "\n") == METHOD
    file.write_text("no markers", encoding="utf-8")
    with pytest.raises(ValueError, match="bench:start"):
        write("bench", "third", file=file)
