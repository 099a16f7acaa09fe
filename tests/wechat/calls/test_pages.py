"""Page login and what our pages need for WeChat's own functions."""

import pytest
from yarl import URL

from bot.wechat.api import WeChatApi
from bot.wechat.errors import BreaksLimit, LoginUnusable, Misconfigured, Unreachable
from bot.wechat.page_script import signature
from store.database import Database
from tests.wechat.odd_server import OddServer
from tests.wechat.platform import APP_ID, APP_SECRET, Platform, open_api

EXCHANGE = "/sns/oauth2/access_token"
TICKET = "/cgi-bin/ticket/getticket"
PAGE = "https://w.example.org/page?a=1&b=二"


async def test_a_browser_comes_back_with_a_code_for_its_citizen(platform: Platform, api: WeChatApi) -> None:
    citizen = platform.follower()
    address = URL(api.login.authorize_address(PAGE, state="s1", base=platform.url))
    assert list(address.query) == ["appid", "redirect_uri", "response_type", "scope", "state"]
    sent = address.update_query(openid=citizen.openid)
    async with platform.session.get(sent, allow_redirects=False) as response:
        back = URL(response.headers["Location"])
    assert (back.host, back.query["a"], back.query["b"], back.query["state"]) == ("w.example.org", "1", "二", "s1")
    login = await api.login.exchange(back.query["code"])
    assert (login.openid, login.virtual) == (citizen.openid, False)
    with pytest.raises(LoginUnusable, match="40163"):
        await api.login.exchange(back.query["code"])


async def test_the_address_is_wechats_own(odd_api: WeChatApi) -> None:
    address = odd_api.login.authorize_address("https://w.example.org/a?b=1&c=2", state="s")
    assert address == (
        f"https://open.weixin.qq.com/connect/oauth2/authorize?appid={APP_ID}"
        "&redirect_uri=https%3A%2F%2Fw.example.org%2Fa%3Fb%3D1%26c%3D2"
        "&response_type=code&scope=snsapi_base&state=s#wechat_redirect"
    )
    with pytest.raises(BreaksLimit, match="state"):
        odd_api.login.authorize_address("https://w.example.org/", state="s" * 129)


async def test_a_virtual_person_is_told(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(EXCHANGE, '{"access_token":"A","openid":"o1","scope":"snsapi_base","is_snapshotuser":1,"unionid":"u"}')
    login = await odd_api.login.exchange("c")
    assert (login.openid, login.virtual, login.union_id) == ("o1", True, "u")
    assert odd.queries[-1] == {
        "appid": APP_ID,
        "secret": APP_SECRET,
        "code": "c",
        "grant_type": "authorization_code",
    }


async def test_a_lost_login_is_not_tried_again_for_the_code_is_used(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(EXCHANGE, "<html>", status=502)
    with pytest.raises(Unreachable) as caught:
        await odd_api.login.exchange("c")
    assert odd.seen.count(EXCHANGE) == 1
    assert APP_SECRET not in repr(caught.value)


async def test_a_wrong_secret_says_what_to_do(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(EXCHANGE, '{"errcode":40001,"errmsg":"invalid credential"}')
    with pytest.raises(Misconfigured, match="APP_SECRET"):
        await odd_api.login.exchange("c")


def test_the_signature_of_wechats_own_example() -> None:
    """Source: the appendix of WeChat's JSSDK page."""
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    made = signature(
        "http://mp.weixin.qq.com?params=value#part", ticket=ticket, nonce="Wm3WZYTPz0wzccnW", timestamp=1414587457
    )
    assert made == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


async def test_replicas_share_one_ticket(platform: Platform, database: Database) -> None:
    first = open_api(platform.session, platform.url, database)
    second = open_api(platform.session, platform.url, database)
    signed = [await api.page_script.sign(PAGE, timestamp=7) for api in (first, second, first)]
    assert len(platform.calls(TICKET)) == 1
    assert len({one.nonce for one in signed}) == 3
    assert {(one.app_id, one.timestamp) for one in signed} == {(APP_ID, 7)}


async def test_a_ticket_answer_without_a_ticket_is_none(odd: OddServer, odd_api: WeChatApi) -> None:
    odd.answer(TICKET, '{"errcode":0,"expires_in":7200}')
    with pytest.raises(Unreachable, match="without ticket"):
        await odd_api.page_script.sign(PAGE, timestamp=7)
