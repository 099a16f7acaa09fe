"""A photo's fetch was killed, then its citizen erased: the fetch is cancelled, not refused as malformed."""

from datetime import timedelta

from bot.domain.erasure import erase_citizen
from bot.outbound.delivery import LaneName
from store import claims, lanes
from tests.outbound.stage import PLENTY, Stage

OVER = -1.0  # seconds of a lease that has run out already


async def test_a_fetch_whose_citizen_was_erased_is_cancelled(stage: Stage) -> None:
    who = await stage.enrol(stage.platform.follower())
    media_id, _ = stage.platform.picture(b"\xff\xd8\xff")
    _, row_id = await stage.expect(who, media_id=media_id)
    await stage.database.write(lanes.open_lane, LaneName.MEDIA, limits=PLENTY)
    later = stage.now() + timedelta(seconds=1)
    claim = await stage.database.write(claims.claim, LaneName.MEDIA, limit=1, lease_seconds=OVER, now=later)
    (killed,) = claim.deliveries
    assert await stage.database.write(claims.begin_attempt, killed, lease_seconds=OVER, now=later)

    await stage.database.write(erase_citizen, who, cause="unfollowed", now=later)
    await stage.media().run_once()

    row = await stage.row(row_id)
    assert (row.state, row.error) == ("cancelled", "the citizen was erased")
