"""The API client against the sandbox: each call, each kind of trouble, and what is safe to repeat."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.settings import AccountKind
from bot.wechat.accounts import CAPABILITIES
from bot.wechat.api import WeChatApi
from bot.wechat.errors import (
    CODES,
    Busy,
    ContentRefused,
    MediaExpired,
    NotFollowing,
    NotPermitted,
    QuotaSpent,
    Refused,
    TooFast,
    UncertainDelivery,
    UnknownCode,
    Unreachable,
    WindowClosed,
    error_for,
)
from bot.wechat.menus import Button, to_json
from store.database import Database
from tests.wechat.odd_server import OddServer, start_odd_server
from tests.wechat.platform import (
    CUSTOM_SEND,
    STABLE_TOKEN,
    Platform,
    open_api,
    open_token,
    open_transport,
    start_platform,
)

MENU = (
    Button("我要问", "click", "ask"),
    Button(
        "我的", buttons=(Button("我的报名", "click", "mine"), Button("网站", "view", "https://example.org/?a=1&b=2"))
    ),
)
CREATE_MENU = "/cgi-bin/menu/create"


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with start_platform() as started:
        yield started


@pytest.fixture
async def odd() -> AsyncIterator[OddServer]:
    async with start_odd_server() as started:
        yield started


@pytest.fixture
def empty_url(sqlite_template: Path, tmp_path: Path) -> str:
    """SQLite is enough here: what the token does on both stands in test_token.py."""
    shutil.copy(sqlite_template, tmp_path / "wenming.db")
    return f"sqlite:///{tmp_path / 'wenming.db'}"


@pytest.fixture
def api(platform: Platform, database: Database) -> WeChatApi:
    return open_api(platform.session, platform.url, database)


@pytest.fixture
async def odd_api(odd: OddServer, platform: Platform, database: Database) -> WeChatApi:
    return open_api(platform.session, odd.url, database, answer_seconds=0.5)


async def test_the_menu_comes_and_goes(api: WeChatApi) -> None:
    assert await api.get_menu() is None
    await api.create_menu(MENU)
    assert await api.get_menu() == MENU
    await api.delete_menu()
    assert await api.get_menu() is None


async def test_a_text_arrives_with_its_own_characters(platform: Platform, api: WeChatApi) -> None:
    citizen = platform.follower()
    text = '您好,<a href="https://example.org">请看</a> 🙂 "引号" \\u4f60'
    await api.send_customer_text(citizen.openid, text)
    assert platform.texts(citizen) == [text]


async def test_the_platform_is_reachable(api: WeChatApi) -> None:
    assert await api.check_reachable() == ("127.0.0.1",)


async def test_the_quota_is_told(platform: Platform, api: WeChatApi) -> None:
    await api.send_customer_text(platform.follower().openid, "你好")
    quota = await api.get_quota(CUSTOM_SEND)
    assert (quota.daily_limit, quota.used, quota.remaining) == (500_000, 1, 499_999)


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_what_a_kind_cannot_do_is_never_attempted(kind: AccountKind, database: Database) -> None:
    async def write(_chunk: bytes) -> None:
        raise AssertionError("nothing may come")

    async with start_platform(kind=kind) as platform:
        api = open_api(platform.session, platform.url, database, kind=kind)
        refused = set()
        for name, call in (
            ("menu", api.create_menu(MENU)),
            ("menu", api.get_menu()),
            ("menu", api.delete_menu()),
            ("text", api.send_customer_text("o-nobody", "你好")),
            ("media", api.download_media("none", write)),
        ):
            try:
                await call
            except NotPermitted:
                refused.add(name)
            except (NotFollowing, MediaExpired):
                pass  # WeChat looked at it: the kind may do it
        assert (
            refused
            == {
                AccountKind.UNVERIFIED_SUBSCRIPTION: {"menu", "text", "media"},
                AccountKind.UNVERIFIED_SERVICE: {"text", "media"},
                AccountKind.VERIFIED_SUBSCRIPTION: set(),
                AccountKind.VERIFIED_SERVICE: set(),
            }[kind]
        )
        if kind is AccountKind.UNVERIFIED_SUBSCRIPTION:
            assert platform.calls(STABLE_TOKEN) == []


async def test_a_citizen_who_left_and_a_closed_window_are_told_apart(platform: Platform, api: WeChatApi) -> None:
    left, silent = platform.follower("李师傅"), platform.follower("小陈")
    left.followed = False
    silent.windows.close()
    with pytest.raises(NotFollowing):
        await api.send_customer_text(left.openid, "你好")
    with pytest.raises(WindowClosed, match="48 hours"):
        await api.send_customer_text(silent.openid, "你好")


async def test_what_wechat_says_of_a_text_is_final(platform: Platform, api: WeChatApi) -> None:
    with pytest.raises(ContentRefused, match="45002"):
        await api.send_customer_text(platform.follower().openid, "长" * 700)
    assert len(platform.calls(CUSTOM_SEND)) == 1


@pytest.mark.parametrize(
    ("errcode", "error"), [(-1, Busy), (45009, QuotaSpent), (45011, TooFast), (99999, UnknownCode)]
)
async def test_an_error_code_to_a_send_is_raised_at_once(
    platform: Platform, api: WeChatApi, errcode: int, error: type[Refused]
) -> None:
    await platform.fault("error", CUSTOM_SEND, errcode=errcode)
    with pytest.raises(error, match=str(errcode)):
        await api.send_customer_text(platform.follower().openid, "你好")
    assert len(platform.calls(CUSTOM_SEND)) == 1


@pytest.mark.parametrize("kind", ["drop", "html", "truncate"])
async def test_a_send_whose_answer_is_lost_is_uncertain_and_not_repeated(
    platform: Platform, api: WeChatApi, kind: str
) -> None:
    citizen = platform.follower()
    await platform.fault(kind, CUSTOM_SEND)
    with pytest.raises(UncertainDelivery):
        await api.send_customer_text(citizen.openid, "你好")
    assert len(platform.texts(citizen)) <= 1


async def test_a_send_that_takes_too_long_is_uncertain(platform: Platform, database: Database) -> None:
    api = open_api(platform.session, platform.url, database, answer_seconds=0.3)
    await platform.fault("slow", CUSTOM_SEND, seconds=3.0)
    citizen = platform.follower()
    with pytest.raises(UncertainDelivery, match="TimeoutError"):
        await api.send_customer_text(citizen.openid, "你好")
    assert platform.texts(citizen) == ["你好"]


async def test_a_refused_connection_is_no_uncertainty(platform: Platform, database: Database) -> None:
    token = open_token(open_transport(platform.session, platform.url), database)
    nobody = open_transport(platform.session, "http://127.0.0.1:1")
    api = WeChatApi(nobody, token, CAPABILITIES[AccountKind.VERIFIED_SERVICE])
    with pytest.raises(Unreachable, match="no connection"):
        await api.send_customer_text("o1", "你好")


@pytest.mark.parametrize("kind", ["drop", "html", "truncate", "error"])
async def test_a_repeatable_call_is_repeated_a_little(platform: Platform, api: WeChatApi, kind: str) -> None:
    await platform.fault(kind, CREATE_MENU, times=2)
    await api.create_menu(MENU)
    assert await api.get_menu() == MENU


async def test_a_repeatable_call_is_not_repeated_for_ever(platform: Platform, api: WeChatApi) -> None:
    await platform.fault("drop", CREATE_MENU)
    with pytest.raises(Unreachable, match="menu/create"):
        await api.create_menu(MENU)
    assert len(platform.calls(CREATE_MENU)) == 3


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 200, UncertainDelivery),
        (b"[]", 200, UncertainDelivery),
        (b'{"errcode":"0"}', 200, UncertainDelivery),
        (b"\xff\xfe", 200, UncertainDelivery),
        (b"{" * 100_000, 200, UncertainDelivery),
        (b'{"errcode":0}' + b" " * 5_000_000, 200, UncertainDelivery),
        (b'{"errcode":0}', 500, UncertainDelivery),
        (b"", 404, Unreachable),
        (b"", 302, Unreachable),
        (b"", 403, Unreachable),
    ],
)
async def test_no_answer_of_an_odd_shape_is_taken_for_success(
    odd: OddServer, odd_api: WeChatApi, body: bytes, status: int, error: type[Exception]
) -> None:
    odd.answer(CUSTOM_SEND, body, status=status)
    with pytest.raises(error):
        await odd_api.send_customer_text("o1", "你好")
    assert odd.seen.count(CUSTOM_SEND) == 1


async def test_an_answer_without_an_errcode_is_success(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(CUSTOM_SEND, b"{}")
    await odd_api.send_customer_text("o1", "你好")
    assert "你好".encode() in odd.bodies[-1]


@pytest.mark.parametrize("answer", ["{}", '{"quota":7}', '{"quota":{"used":1}}', '{"quota":{"daily_limit":"x"}}'])
async def test_an_answer_without_a_quota_is_none(odd: OddServer, odd_api: WeChatApi, answer: str) -> None:
    odd.answer("/cgi-bin/openapi/quota/get", answer)
    with pytest.raises(Unreachable, match="without a quota"):
        await odd_api.get_quota(CUSTOM_SEND)


@pytest.mark.parametrize("answer", ["{}", '{"access_token":"","expires_in":7200}', '{"access_token":7,"expires_in":1}'])
async def test_a_token_answer_without_a_token_is_none(odd: OddServer, odd_api: WeChatApi, answer: str) -> None:
    odd.token_answer = answer
    with pytest.raises(Unreachable, match="without a token"):
        await odd_api.check_reachable()


async def test_errors_carry_no_token_and_no_secret(platform: Platform, api: WeChatApi) -> None:
    citizen = platform.follower()
    await api.send_customer_text(citizen.openid, "一")
    (token,) = platform.tokens_used(CUSTOM_SEND)
    await platform.fault("drop", CUSTOM_SEND)
    with pytest.raises(UncertainDelivery) as caught:
        await api.send_customer_text(citizen.openid, "二")
    chain: BaseException | None = caught.value
    while chain is not None:
        assert token not in repr(chain)
        chain = chain.__cause__ or chain.__context__


def test_every_code_of_the_table_gives_its_error_and_says_what_to_do() -> None:
    for code, (error, advice) in CODES.items():
        raised = error_for(code, "rid: 1")
        assert type(raised) is error
        assert raised.errcode == code
        assert advice
        assert advice in str(raised)


def test_an_unknown_code_is_permanent_and_shown() -> None:
    raised = error_for(61451, "invalid parameter\x00" + "x" * 1000)
    assert type(raised) is UnknownCode
    assert "61451" in str(raised)
    assert "invalid parameter" in str(raised)
    assert "\x00" not in str(raised)
    assert len(str(raised)) < 400


@pytest.mark.parametrize(
    "menu",
    [
        (),
        (Button("一", "click", "1"),) * 4,
        (Button("名字太长太长太长", "click", "1"),),
        (Button("一", "click", "k" * 129),),
        (Button("一", "view", "https://example.org/" + "a" * 1024),),
        (Button("一"),),
        (Button("", "click", "1"),),
        (Button("一", buttons=(Button("二", "click", "2"),) * 6),),
        (Button("一", buttons=(Button("长" * 21, "click", "2"),)),),
    ],
)
def test_a_menu_beyond_wechats_limits_is_not_sent(menu: tuple[Button, ...]) -> None:
    with pytest.raises(ValueError):
        to_json(menu)


def test_a_base_address_must_be_one() -> None:
    for wrong in ("api.weixin.qq.com", "ftp://api.weixin.qq.com", ""):
        with pytest.raises(ValueError, match="http"):
            open_transport(None, wrong)  # type: ignore[arg-type]
