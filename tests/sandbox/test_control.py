"""The control interface's records, live feed, clock, events and reset; page login; the program itself."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from bot.sandbox.platform import NotRunning
from tests.sandbox.conftest import Staging
from tests.sandbox.service import APPID, SECRET, Json, Stage, replies, seals

LOGIN = {"appid": APPID, "redirect_uri": "http://127.0.0.1:1/page?a=1", "response_type": "code", "scope": "snsapi_base"}


async def test_exchanges_show_both_sides_with_secrets_shortened(staged: Staging) -> None:
    stage = await staged(mode="safe")
    openid = await stage.citizen()
    stage.service.answer = seals(stage.service.config, MsgType="text", Content="来了")
    start = (await stage.get("/control/exchanges"))["last"]
    token = await stage.token()
    await stage.does(openid, "says", text="在吗")
    await stage.api("/cgi-bin/menu/create", {"button": []}, token=token)
    shown = (await stage.get(f"/control/exchanges?after={start}"))["exchanges"]
    issued, pushed, menu = shown
    assert (pushed["direction"], pushed["status"], pushed["openid"]) == ("push", 200, openid)
    assert "attempt 1 of 3" in pushed["note"]
    assert "<Content><![CDATA[在吗]]></Content>" in pushed["request"]
    assert "<Content><![CDATA[来了]]></Content>" in pushed["response"]
    assert "…]]></Encrypt>" in pushed["request"]
    assert (menu["direction"], menu["method"], menu["status"]) == ("api", "POST", 200)
    assert '"errcode": 40016' in menu["response"]
    everything = json.dumps(shown)
    assert token not in everything
    assert SECRET not in issued["request"]
    assert token[:6] in issued["response"]


async def test_one_who_reads_exchanges_gets_only_newer_ones(stage: Stage) -> None:
    await stage.token()
    first = await stage.get("/control/exchanges?after=0")
    assert await stage.get(f"/control/exchanges?after={first['last']}") == {"exchanges": [], "last": first["last"]}
    assert "error" in await stage.get("/control/exchanges?after=x", expect=400)


async def next_event(reader: asyncio.StreamReader) -> tuple[str, Json]:
    """The next named event of a feed."""
    name = ""
    while True:
        line = (await reader.readline()).decode().strip()
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            return name, json.loads(line.removeprefix("data: "))


async def listen(stage: Stage) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(stage.base_url.rpartition(":")[2]))
    writer.write(b"GET /control/events HTTP/1.0\r\n\r\n")
    while (await reader.readline()).strip() != b": hello":
        assert not reader.at_eof()
    return reader, writer


async def test_the_feed_tells_bubbles_exchanges_and_changes(stage: Stage) -> None:
    openid = await stage.citizen()
    stage.service.answer = replies(MsgType="text", Content="来了")
    async with asyncio.timeout(10):
        reader, writer = await listen(stage)
        await stage.does(openid, "says", text="在吗")
        events = [await next_event(reader) for _ in range(3)]
        assert [name for name, _ in events] == ["bubble", "exchange", "bubble"]
        assert events[0][1]["openid"] == openid
        assert [events[i][1]["bubble"]["text"] for i in (0, 2)] == ["在吗", "来了"]
        await stage.post("/control/clock", advance=60)
        assert await next_event(reader) == ("state", {})
        writer.close()
        await writer.wait_closed()


async def test_a_listener_that_leaves_is_forgotten(stage: Stage) -> None:
    async with asyncio.timeout(10):
        _, writer = await listen(stage)
        assert stage.sandbox.world.stream.listeners == 1
        writer.transport.abort()
        while stage.sandbox.world.stream.listeners:
            await stage.post("/control/clock", offset=0)


async def test_stopping_ends_the_feed(stage: Stage) -> None:
    async with asyncio.timeout(10):
        reader, writer = await listen(stage)
        await stage.sandbox.stop()
        assert (await reader.read()).strip() == b""
        writer.close()
        await writer.wait_closed()


async def test_a_listener_that_never_reads_is_let_go(stage: Stage) -> None:
    stream = stage.sandbox.world.stream
    async with stream.listen() as queue:
        for _ in range(1001):
            stream.publish("state", {})
        assert stream.listeners == 0
        assert await queue.get() is None


async def test_the_clock_is_shared_through_its_file(staged: Staging, tmp_path: Path) -> None:
    file = tmp_path / "clock"
    stage = await staged(clock_file=file)
    assert (await stage.get("/control/state"))["clock"]["offset"] == 0.0
    assert (await stage.post("/control/clock", advance=90))["offset"] == 90.0
    assert float(file.read_text()) == 90.0
    assert (await stage.post("/control/clock", advance=10.5))["offset"] == 100.5
    file.write_text("-3600")
    assert (await stage.get("/control/state"))["clock"]["offset"] == -3600.0
    file.unlink()
    assert (await stage.get("/control/state"))["clock"]["offset"] == 0.0
    assert list(tmp_path.iterdir()) == []


async def test_pushes_carry_the_shifted_time(stage: Stage) -> None:
    openid = await stage.citizen()
    before = stage.sandbox.world.now()
    await stage.post("/control/clock", advance=86_400)
    await stage.does(openid, "says", text="明天")
    pushed = stage.service.pushes[0]
    assert int(pushed.fields["CreateTime"]) >= int(before) + 86_400
    assert int(pushed.query["timestamp"]) >= int(before) + 86_400


async def test_platform_events(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.post("/control/events/mass_finished", msg_id=5, sent=9, failed=1)
    await stage.post("/control/events/template_finished", openid=openid, msg_id=6, status="failed: system failed")
    await stage.post("/control/events/publish_finished", publish_id="p1", article_id="a1", url="https://e.cn/1")
    await stage.post("/control/event", openid=openid, event="user_info_modified", fields={"RevokeInfo": "205"})
    mass, notice, publish, modified = (pushed.fields for pushed in stage.service.pushes)
    assert (mass["Event"], mass["MsgID"], mass["TotalCount"], mass["ErrorCount"]) == (
        "MASSSENDJOBFINISH",
        "5",
        "10",
        "1",
    )
    assert mass["FromUserName"] != openid
    assert (notice["FromUserName"], notice["Status"]) == (openid, "failed: system failed")
    assert publish["PublishEventInfo"]["article_detail"]["item"]["article_url"] == "https://e.cn/1"
    assert (modified["Event"], modified["RevokeInfo"]) == ("user_info_modified", "205")
    assert "error" in await stage.post("/control/events/moon_landed", expect=404)


async def test_reset_forgets_what_happened_and_keeps_who_is_who(stage: Stage) -> None:
    openid = await stage.citizen()
    await stage.api("/cgi-bin/menu/create", {"button": [{"type": "click", "name": "问", "key": "k"}]})
    await stage.does(openid, "says", text="在吗")
    await stage.post("/control/faults", where="push", kind="drop")
    await stage.post("/control/quotas", path="/cgi-bin/menu/get", daily=0)
    await stage.post("/control/reset")
    state = await stage.get("/control/state")
    assert (state["faults"], state["citizens"][0]["followed"]) == ([], True)
    assert state["menu"]["button"][0]["key"] == "k"
    assert await stage.inbox(openid) == []
    assert (await stage.get("/control/calls"))["calls"] == []
    assert "menu" in await stage.fetch("/cgi-bin/menu/get")
    message = {"touser": openid, "msgtype": "text", "text": {"content": "好"}}
    assert (await stage.api("/cgi-bin/message/custom/send", message))["errcode"] == 45015


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mode": "secret"}, "mode"),
        ({"account": "personal"}, "account"),
        ({"attempts": 0}, "attempts"),
        ({"attempts": "3"}, "attempts"),
        ({"cut": True}, "cut"),
        ({"aes_key": "short"}, "aes_key"),
        ({"appid": "wx2"}, "appid"),
        ({"ip_whitelist": "x"}, "ip_whitelist"),
    ],
)
async def test_wrong_settings_are_refused_and_change_nothing(stage: Stage, change: Json, words: str) -> None:
    before = (await stage.get("/control/state"))["account"]
    assert words in (await stage.post("/control/config", expect=400, **change))["error"]
    assert (await stage.get("/control/state"))["account"] == before


async def test_settings_can_be_switched(stage: Stage) -> None:
    await stage.post("/control/config", attempts=2, cut=1, account="unverified_service")
    account = (await stage.get("/control/state"))["account"]
    assert (account["attempts"], account["cut"], account["kind"]) == (2, 1.0, "unverified_service")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/control/citizens", {}, 400),
        ("/control/citizens", {"name": " "}, 400),
        ("/control/citizens/nobody/says", {"text": "x"}, 404),
        ("/control/citizens/{openid}/flies", {}, 404),
        ("/control/citizens/{openid}/says", {}, 400),
        ("/control/citizens/{openid}/says", {"text": "x", "wait": "no"}, 400),
        ("/control/citizens/{openid}/sends_photo", {"data": "***"}, 400),
        ("/control/citizens/{openid}/sends_voice", {"seconds": 61}, 400),
        ("/control/citizens/{openid}/shares_location", {"latitude": 1}, 400),
        ("/control/citizens/{openid}/clicks", {"path": "x"}, 400),
        ("/control/citizens/{openid}/raw", {"fields": 1}, 400),
        ("/control/clock", {"offset": "x"}, 400),
        ("/control/clock", {"offset": True}, 400),
        ("/control/seed", {"seed": 1.5}, 400),
    ],
)
async def test_wrong_control_calls_are_explained(stage: Stage, path: str, body: Json, status: int) -> None:
    openid = await stage.citizen()
    assert (await stage.post(path.format(openid=openid), expect=status, **body))["error"]
    assert stage.service.pushes == []


async def test_unknown_control_paths_answer_in_json(stage: Stage) -> None:
    assert await stage.get("/control/nothing", expect=404) == {"error": "Not Found"}
    assert await stage.get("/control/reset", expect=405) == {"error": "Method Not Allowed"}


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"'])
async def test_control_bodies_must_be_objects(stage: Stage, raw: bytes) -> None:
    async with stage.client.post(f"{stage.base_url}/control/citizens", data=raw) as response:
        assert response.status == 400
        assert "error" in await response.json()


async def test_citizens_may_have_a_given_openid_once(stage: Stage) -> None:
    made = await stage.post("/control/citizens", name="甲", openid="oGiven")
    assert made["openid"] == "oGiven"
    await stage.post("/control/citizens", name="乙", openid="oGiven", expect=409)


async def authorized(stage: Stage, expect: int = 302, **changes: str) -> str:
    url = f"{stage.base_url}/connect/oauth2/authorize"
    async with stage.client.get(url, params=LOGIN | changes, allow_redirects=False) as response:
        assert response.status == expect
        return response.headers.get("Location") or await response.text()


async def exchanged(stage: Stage, code: str, **changes: str) -> Json:
    query = {"appid": APPID, "secret": SECRET, "code": code, "grant_type": "authorization_code"}
    async with stage.client.get(f"{stage.base_url}/sns/oauth2/access_token", params=query | changes) as response:
        return dict(json.loads(await response.text()))


def code_in(location: str) -> str:
    return location.partition("code=")[2].partition("&")[0]


async def test_page_login_gives_the_openid_once(stage: Stage) -> None:
    openid = await stage.citizen()
    location = await authorized(stage, openid=openid, state="s p")
    assert location.startswith("http://127.0.0.1:1/page?a=1&code=")
    assert location.endswith("&state=s+p")
    code = code_in(location)
    login = await exchanged(stage, code)
    assert (login["openid"], login["scope"]) == (openid, "snsapi_base")
    assert (await exchanged(stage, code))["errcode"] == 40163
    assert (await exchanged(stage, "x"))["errcode"] == 40029
    assert (await exchanged(stage, code, secret="no"))["errcode"] == 40125
    assert (await exchanged(stage, code, grant_type="no"))["errcode"] == 40002
    late = code_in(await authorized(stage, openid=openid))
    await stage.post("/control/clock", advance=301)
    assert (await exchanged(stage, late))["errcode"] == 40029


async def test_page_login_knows_who_opened_the_page(stage: Stage) -> None:
    openid = await stage.citizen()
    opened = await stage.does(openid, "opens", url="http://127.0.0.1:1/page")
    assert opened == {"url": "http://127.0.0.1:1/page"}
    cookie = {"sandbox_openid": openid}
    url = f"{stage.base_url}/connect/oauth2/authorize"
    async with stage.client.get(url, params=LOGIN, cookies=cookie, allow_redirects=False) as response:
        assert (await exchanged(stage, code_in(response.headers["Location"])))["openid"] == openid


async def test_page_login_asks_who_it_is(stage: Stage) -> None:
    openid = await stage.citizen("<小陈>")
    page = await authorized(stage, expect=200)
    assert "&lt;小陈&gt;" in page
    assert openid in page


@pytest.mark.parametrize(
    "changes",
    [
        {"appid": "wxother"},
        {"scope": "everything"},
        {"response_type": "token"},
        {"redirect_uri": "javascript:alert(1)"},
    ],
)
async def test_page_login_refuses(stage: Stage, changes: dict[str, str]) -> None:
    assert "无法打开页面" in await authorized(stage, expect=400, **changes)


async def test_page_login_is_for_verified_service_accounts(staged: Staging) -> None:
    stage = await staged(account="verified_subscription")
    assert "10005" in await authorized(stage, expect=400)
    assert (await exchanged(stage, "x"))["errcode"] == 48001


async def test_the_page_and_the_script_library_are_served(stage: Stage) -> None:
    async with stage.client.get(stage.base_url + "/") as response:
        assert (response.status, response.content_type) == (200, "text/html")
    async with stage.client.get(stage.base_url + "/static/index.html") as response:
        assert response.status == 200
    async with stage.client.get(stage.base_url + "/open/js/jweixin-1.6.0.js") as response:
        assert response.content_type == "text/javascript"
        assert "window.wx" in await response.text()
    async with stage.client.get(stage.base_url + "/media/unknown") as response:
        assert response.status == 404


async def test_what_is_not_running_says_so(stage: Stage) -> None:
    await stage.sandbox.stop()
    await stage.sandbox.stop()
    with pytest.raises(NotRunning):
        _ = stage.sandbox.base_url


async def test_long_and_malformed_bodies_are_shown_as_they_are(stage: Stage) -> None:
    openid = await stage.citizen()
    for text in ("<xml>broken", "{broken", "x" * 20_001):
        await stage.does(openid, "raw", body=text)
    shown = [exchange["request"] for exchange in (await stage.get("/control/exchanges"))["exchanges"]]
    assert shown[-3:-1] == ["<xml>broken", "{broken"]
    assert shown[-1].endswith("… (20001 characters)")


async def test_the_program_runs_alone_and_stops_on_request() -> None:
    options = ["--port", "0", "--callback", "http://127.0.0.1:9/x", "--token", "T", "--appid", "wx1", "--secret", "S"]
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", *options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert program.stdout is not None
    async with asyncio.timeout(30):
        line = (await program.stdout.readline()).decode()
        base_url = line.split()[-1]
        stage_url = base_url + "/control/state"
        client = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            f"import urllib.request as r; print(r.urlopen('{stage_url}').read().count(b'followed'))",
            stdout=asyncio.subprocess.PIPE,
        )
        seen, _ = await client.communicate()
        assert seen.strip() == b"3"
        program.terminate()
        _, errors = await program.communicate()
    assert (program.returncode, errors) == (0, b"")


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--mode", "safe"], "aes_key"), (["--aes-key", "short"], "aes_key"), (["--attempts", "0"], "attempts")],
)
async def test_the_program_explains_wrong_settings(options: list[str], words: str) -> None:
    usual = ["--callback", "http://127.0.0.1:9/x", "--token", "T", "--appid", "wx1", "--secret", "S"]
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", *usual, *options, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(30):
        _, errors = await program.communicate()
    assert program.returncode == 2
    assert words in errors.decode()


async def test_a_taken_port_is_named(stage: Stage) -> None:
    port = stage.base_url.rpartition(":")[2]
    options = ["--port", port, "--callback", "http://127.0.0.1:9/x", "--token", "T", "--appid", "wx1", "--secret", "S"]
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.sandbox", *options, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(30):
        _, errors = await program.communicate()
    assert program.returncode == 1
    assert port in errors.decode()
