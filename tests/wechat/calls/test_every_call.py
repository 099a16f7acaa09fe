"""What all families share: permission asked before anything is sent, and repeats only where they do no harm."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.settings import AccountKind
from bot.wechat.api import WeChatApi
from bot.wechat.articles import Article
from bot.wechat.customer import Text
from bot.wechat.errors import (
    CODES,
    AlreadyAccepted,
    Busy,
    ContentRefused,
    MediaExpired,
    Misconfigured,
    NoMenu,
    NotFollowing,
    NotPermitted,
    QuotaSpent,
    Refused,
    RefusedByCitizen,
    TokenRejected,
    TooFast,
    TooSoon,
    UncertainDelivery,
    Unreachable,
    WindowClosed,
)
from bot.wechat.mass import MassText
from bot.wechat.notices import Consent, OneTimeNotice, SubscriptionNotice, TemplateMessage
from bot.wechat.uploads import MediaKind
from store.database import Database
from tests.wechat.odd_server import OddServer
from tests.wechat.platform import Platform, open_api

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
ARTICLE = Article(title="读书日", content="<p>明天</p>", cover="cover")
TEMPLATE = TemplateMessage(template_id="t", values={"thing1": "路灯"}, client_id="n1")
SUBSCRIPTION = SubscriptionNotice(template_id="t", values={"thing1": "路灯"})
ONE_TIME = OneTimeNotice(template_id="t", scene=1, title="提醒", content="明天读书")
CONSENT = Consent(template_id="t", scene=1, redirect="https://w.example.org/ok", reserved="r1")


@dataclass(frozen=True)
class Known:
    """One call: where it goes, whether it may be repeated, and which kinds of account may make it."""

    path: str
    make: Callable[[WeChatApi], Awaitable[object]]
    repeatable: bool
    service_only: bool = False


CALLS = (
    Known("/cgi-bin/message/custom/send", lambda api: api.customer.send("o", Text("您好")), False),
    Known("/cgi-bin/message/custom/typing", lambda api: api.customer.show_typing("o"), False),
    Known("/cgi-bin/message/template/send", lambda api: api.notices.send_template("o", TEMPLATE), False, True),
    Known(
        "/cgi-bin/message/subscribe/bizsend", lambda api: api.notices.send_subscription("o", SUBSCRIPTION), False, True
    ),
    Known("/cgi-bin/message/template/subscribe", lambda api: api.notices.send_one_time("o", ONE_TIME), False),
    Known("/cgi-bin/template/get_all_private_template", lambda api: api.notices.list_templates(), True, True),
    Known("/wxaapi/newtmpl/gettemplate", lambda api: api.notices.list_subscription_templates(), True, True),
    Known("/cgi-bin/tags/create", lambda api: api.tags.create("读书"), False),
    Known("/cgi-bin/tags/get", lambda api: api.tags.list(), True),
    Known("/cgi-bin/tags/update", lambda api: api.tags.rename(100, "读书"), True),
    Known("/cgi-bin/tags/delete", lambda api: api.tags.delete(100), False),
    Known("/cgi-bin/tags/members/batchtagging", lambda api: api.tags.give(100, ["o"]), True),
    Known("/cgi-bin/tags/members/batchuntagging", lambda api: api.tags.take(100, ["o"]), True),
    Known("/cgi-bin/tags/getidlist", lambda api: api.tags.list_of("o"), True),
    Known("/cgi-bin/user/tag/get", lambda api: api.tags.list_people(100), True),
    Known("/cgi-bin/user/info", lambda api: api.users.find("o"), True),
    Known("/cgi-bin/user/info/batchget", lambda api: api.users.find_many(["o"]), True),
    Known("/cgi-bin/user/get", lambda api: api.users.list(), True),
    Known("/cgi-bin/user/info/updateremark", lambda api: api.users.set_remark("o", "王"), True),
    Known("/cgi-bin/tags/members/getblacklist", lambda api: api.users.list_blacklisted(), True),
    Known("/cgi-bin/tags/members/batchblacklist", lambda api: api.users.blacklist(["o"]), True),
    Known("/cgi-bin/tags/members/batchunblacklist", lambda api: api.users.pardon(["o"]), True),
    Known("/cgi-bin/qrcode/create", lambda api: api.codes.create_temporary("a", seconds=60), True, True),
    Known("/cgi-bin/qrcode/create", lambda api: api.codes.create_permanent("a"), False, True),
    Known("/cgi-bin/media/upload", lambda api: api.media.upload(MediaKind.IMAGE, PNG, content_type="image/png"), True),
    Known(
        "/cgi-bin/media/uploadimg", lambda api: api.media.upload_article_picture(PNG, content_type="image/png"), True
    ),
    Known(
        "/cgi-bin/material/add_material",
        lambda api: api.media.add_material(MediaKind.IMAGE, PNG, content_type="image/png"),
        False,
    ),
    Known("/cgi-bin/material/del_material", lambda api: api.media.delete_material("m"), False),
    Known("/cgi-bin/material/batchget_material", lambda api: api.media.list_materials(MediaKind.IMAGE), True),
    Known("/cgi-bin/material/get_materialcount", lambda api: api.media.count_materials(), True),
    Known("/cgi-bin/draft/add", lambda api: api.articles.add_draft([ARTICLE]), False),
    Known("/cgi-bin/draft/get", lambda api: api.articles.get_draft("m"), True),
    Known("/cgi-bin/draft/update", lambda api: api.articles.update_draft("m", index=0, article=ARTICLE), True),
    Known("/cgi-bin/draft/delete", lambda api: api.articles.delete_draft("m"), False),
    Known("/cgi-bin/draft/batchget", lambda api: api.articles.list_drafts(), True),
    Known("/cgi-bin/draft/count", lambda api: api.articles.count_drafts(), True),
    Known("/cgi-bin/freepublish/submit", lambda api: api.articles.publish("m"), False),
    Known("/cgi-bin/freepublish/get", lambda api: api.articles.get_publication("1"), True),
    Known("/cgi-bin/message/mass/sendall", lambda api: api.mass.send_to_all(MassText("好"), client_id="b1"), False),
    Known("/cgi-bin/message/mass/sendall", lambda api: api.mass.send_to_tag(2, MassText("好"), client_id="b1"), False),
    Known(
        "/cgi-bin/message/mass/send",
        lambda api: api.mass.send_to_list(["o", "p"], MassText("好"), client_id="b1"),
        False,
        True,
    ),
    Known("/cgi-bin/message/mass/preview", lambda api: api.mass.preview(MassText("好"), openid="o"), False),
    Known("/cgi-bin/message/mass/delete", lambda api: api.mass.delete(7), True),
    Known("/cgi-bin/message/mass/get", lambda api: api.mass.get_state(7), True),
    Known("/cgi-bin/message/mass/speed/get", lambda api: api.mass.get_speed(), True),
    Known("/cgi-bin/message/mass/speed/set", lambda api: api.mass.set_speed(100_000), True),
    Known("/cgi-bin/ticket/getticket", lambda api: api.page_script.sign("https://w.example.org/", timestamp=1), True),
)


def _name(known: Known) -> str:
    return f"{known.path}-{'again' if known.repeatable else 'once'}"


@pytest.mark.parametrize("known", CALLS, ids=_name)
async def test_a_lost_answer_is_asked_for_again_only_where_that_does_no_harm(
    odd: OddServer, odd_api: WeChatApi, known: Known
) -> None:
    odd.answer(known.path, "<html>502</html>", status=502)
    with pytest.raises(Unreachable if known.repeatable else UncertainDelivery):
        await known.make(odd_api)
    assert odd.seen.count(known.path) == (3 if known.repeatable else 1)


@pytest.mark.parametrize("known", CALLS, ids=_name)
async def test_a_banned_interface_is_told_at_once_and_with_what_to_do(
    odd: OddServer, odd_api: WeChatApi, known: Known
) -> None:
    odd.answer(known.path, '{"errcode":48004,"errmsg":"api forbidden"}')
    with pytest.raises(Misconfigured, match=r"mp\.weixin\.qq\.com"):
        await known.make(odd_api)
    assert odd.seen.count(known.path) == 1


@pytest.mark.parametrize("errcode", [40013, 40125, 40164, 61004, 48001, 48003, 48004, 50002])
async def test_what_an_operator_must_mend_costs_one_call_and_no_token(
    odd: OddServer, odd_api: WeChatApi, errcode: int
) -> None:
    odd.answer("/cgi-bin/tags/get", f'{{"errcode":{errcode},"errmsg":"no"}}')
    with pytest.raises(Misconfigured) as caught:
        await odd_api.tags.list()
    assert caught.value.advice
    assert odd.seen == ["/cgi-bin/stable_token", "/cgi-bin/tags/get"]


REACTIONS: tuple[tuple[type[Refused], tuple[int, ...]], ...] = (
    (Busy, (-1,)),
    (TokenRejected, (40001, 40014, 42001)),
    (Misconfigured, (40013, 40125, 40164, 61004, 48001, 48003, 48004, 50002)),
    (NotFollowing, (40003, 43004, 50005, 43019)),
    (RefusedByCitizen, (43101, 48002)),
    (WindowClosed, (45015, 45047)),
    (QuotaSpent, (45009, 45028)),
    (TooFast, (45011,)),
    (TooSoon, (43117, 45066)),
    (AlreadyAccepted, (45065,)),
    (ContentRefused, (45067, 45002, 45008, 47001, 47003, 40033, 40249, 43116, 53500, 53501, 53502, 53600, 87014)),
    (ContentRefused, (40036, 40037, 40130, 40032, 45109)),
    (MediaExpired, (40007,)),
    (NoMenu, (46003,)),
)


@pytest.mark.parametrize(("error", "codes"), REACTIONS)
def test_each_code_of_the_reference_has_its_reaction(error: type[Refused], codes: tuple[int, ...]) -> None:
    for code in codes:
        assert CODES[code][0] is error, code


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_what_a_kind_cannot_do_is_never_sent(
    odd: OddServer, platform: Platform, database: Database, kind: AccountKind
) -> None:
    api = open_api(platform.session, odd.url, database, kind=kind)
    verified = kind in (AccountKind.VERIFIED_SUBSCRIPTION, AccountKind.VERIFIED_SERVICE)
    for known in CALLS:
        odd.answer(known.path, '{"errcode":45109,"errmsg":"unsupported"}')
        odd.seen.clear()
        may = verified and (kind is AccountKind.VERIFIED_SERVICE or not known.service_only)
        with pytest.raises(ContentRefused if may else NotPermitted):
            await known.make(api)
        assert odd.seen.count(known.path) == (1 if may else 0), known.path


@pytest.mark.parametrize("kind", [AccountKind.UNVERIFIED_SUBSCRIPTION, AccountKind.UNVERIFIED_SERVICE])
async def test_addresses_are_not_built_for_who_cannot_use_them(
    odd: OddServer, platform: Platform, database: Database, kind: AccountKind
) -> None:
    api = open_api(platform.session, odd.url, database, kind=kind)
    with pytest.raises(NotPermitted):
        api.login.authorize_address("https://w.example.org/", state="s")
    with pytest.raises(NotPermitted):
        await api.login.exchange("code")
    with pytest.raises(NotPermitted):
        api.notices.consent_address(CONSENT)
    assert odd.seen == []


@pytest.mark.parametrize(
    "make",
    [
        lambda api: api.tags.create("读书"),
        lambda api: api.codes.create_permanent("a"),
        lambda api: api.media.add_material(MediaKind.IMAGE, PNG, content_type="image/png"),
        lambda api: api.articles.add_draft([ARTICLE]),
        lambda api: api.articles.publish("m"),
    ],
)
async def test_success_without_what_was_made_leaves_it_uncertain(
    odd: OddServer, odd_api: WeChatApi, make: Callable[[WeChatApi], Awaitable[object]]
) -> None:
    for known in CALLS:
        odd.answer(known.path, "{}")
    with pytest.raises(UncertainDelivery):
        await make(odd_api)
