"""一键静默: one fixed sentence for everybody, nothing leaves, and all of it goes on when it is lifted."""

from bot import texts
from bot.clock import Clock
from bot.outbound.delivery import CustomerText, LaneName, text_delivery
from store import citizens, claims, outbox
from tests.dialogue.pushing import RIDDLE, count
from tests.town import Town

CUSTOM_SEND = "/cgi-bin/message/custom/send"


async def test_quiet_stops_everything_and_lets_it_go_on(town: Town) -> None:
    citizen = await town.follower()
    await town.command("quiet_on", reason="会议期间")
    for words in ("菜单", RIDDLE, "删除我的资料"):
        await citizen.says(words)
        assert citizen.heard == texts.QUIET
    await citizen.does("sends_photo")
    assert citizen.heard == texts.QUIET
    await citizen.does("reports_location", latitude=34.75, longitude=113.62, precision=30)
    citizen.sees_nothing()
    assert await count(town, "unanswered") == 0
    assert await count(town, "attachments") == 0

    await _promise_a_text(town, citizen.openid)
    now = Clock(town.settings.clock_offset_file).now()
    claim = await town.database.write(claims.claim, LaneName.CUSTOMER_MESSAGE, limit=10, lease_seconds=9.0, now=now)
    assert claim.deliveries == ()
    assert await town.calls(CUSTOM_SEND) == []

    await town.command("quiet_off")
    await town.until("SELECT count(*) FROM outbox WHERE state = 'sent'")
    assert len(await town.calls(CUSTOM_SEND)) == 1
    await citizen.says(RIDDLE)
    citizen.sees("答不上来")


async def test_whoever_leaves_while_it_is_quiet_is_erased_all_the_same(town: Town) -> None:
    citizen = await town.follower()
    await town.command("quiet_on", reason="会议期间")
    await citizen.does("unfollows")
    citizen.sees_nothing()
    assert await count(town, "citizens WHERE openid IS NOT NULL") == 0


async def _promise_a_text(town: Town, openid: str) -> None:
    now = Clock(town.settings.clock_offset_file).now()
    citizen_id = await town.database.read(citizens.find_by_openid, openid)
    assert citizen_id
    delivery = text_delivery(CustomerText(citizen_id=citizen_id, text="您问的事有答复了。"), now)
    await town.database.write(outbox.enqueue, delivery)
