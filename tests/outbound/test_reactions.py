"""What becomes of a row and its lane, for every error that the client knows."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.outbound.reactions import PATIENCE, CannotKeep, Reaction, backoff, next_midnight, react
from bot.wechat import errors
from bot.wechat.errors import WeChatError, error_for
from store.claims import Claimed
from store.outbox import DeliveryState

NOW = datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)  # a second before midnight in Shanghai
ROW = Claimed(
    id=1,
    lane="customer_message",
    fence=1,
    citizen_id="c",
    body="{}",
    repeatable=False,
    client_id=None,
    attempts=0,
    first_attempt=None,
)


def repeatable(*, since: datetime | None = None, attempts: int = 0) -> Claimed:
    return Claimed(
        id=1,
        lane="media",
        fence=1,
        citizen_id="c",
        body="{}",
        repeatable=True,
        client_id=None,
        attempts=attempts,
        first_attempt=since,
    )


def outcome(error: WeChatError | CannotKeep, row: Claimed = ROW) -> Reaction:
    return react(error, row, now=NOW)


@pytest.mark.parametrize(
    ("errcode", "state"),
    [
        (40003, DeliveryState.REFUSED),
        (43004, DeliveryState.REFUSED),
        (43101, DeliveryState.REFUSED),
        (48002, DeliveryState.REFUSED),
        (45015, DeliveryState.REFUSED),
        (45047, DeliveryState.REFUSED),
        (45002, DeliveryState.REFUSED),
        (47003, DeliveryState.REFUSED),
        (40007, DeliveryState.REFUSED),
        (99999, DeliveryState.REFUSED),
        (45065, DeliveryState.SENT),
        (-1, DeliveryState.READY),
        (43117, DeliveryState.READY),
        (45066, DeliveryState.READY),
    ],
)
def test_what_lies_in_the_row_settles_the_row_alone(errcode: int, state: DeliveryState) -> None:
    reaction = outcome(error_for(errcode, "rid"))
    assert (reaction.settlement.state, reaction.block) == (state, None)
    assert reaction.settlement.errcode == errcode


@pytest.mark.parametrize(
    ("errcode", "wait", "alarm"),
    [
        (45011, timedelta(minutes=1), False),
        (45009, timedelta(seconds=1), True),
        (40001, timedelta(minutes=5), True),
        (40125, timedelta(minutes=5), True),
        (40164, timedelta(minutes=5), True),
        (48001, timedelta(minutes=5), True),
        (50002, timedelta(minutes=5), True),
    ],
)
def test_what_lies_in_the_lane_stops_it_and_keeps_the_row(errcode: int, wait: timedelta, alarm: bool) -> None:
    reaction = outcome(error_for(errcode, "rid"))
    assert (reaction.settlement.state, reaction.settlement.due) == (DeliveryState.READY, NOW + wait)
    assert reaction.block is not None
    assert (reaction.block.until, reaction.block.alarm) == (NOW + wait, alarm)
    assert str(errcode) in reaction.block.reason


def test_a_full_disk_stops_the_lane() -> None:
    reaction = outcome(CannotKeep("No space left on device"), repeatable())
    assert reaction.settlement.state is DeliveryState.READY
    assert reaction.block is not None
    assert reaction.block.alarm


def test_a_lost_answer_is_repeated_only_where_that_does_no_harm() -> None:
    lost = errors.UncertainDelivery("the answer was lost")
    assert outcome(lost).settlement.state is DeliveryState.UNCERTAIN
    again = outcome(lost, repeatable()).settlement
    assert again.state is DeliveryState.READY
    assert again.due is not None
    assert again.due > NOW


def test_an_account_that_cannot_do_it_is_a_refusal() -> None:
    reaction = outcome(errors.NotPermitted("media"))
    assert (reaction.settlement.state, reaction.block) == (DeliveryState.REFUSED, None)


def test_an_outage_is_waited_out_for_two_days_and_no_longer() -> None:
    away = errors.Unreachable("no connection")
    assert outcome(away, repeatable(since=NOW - PATIENCE)).settlement.state is DeliveryState.READY
    given_up = outcome(away, repeatable(since=NOW - PATIENCE - timedelta(seconds=1))).settlement
    assert (given_up.state, given_up.error) == (DeliveryState.REFUSED, "no connection")


def test_pauses_grow_and_end_at_ten_minutes() -> None:
    for attempts, longest in ((1, 2), (2, 4), (5, 32), (20, 600), (10_000, 600)):
        pauses = [backoff(attempts).total_seconds() for _ in range(50)]
        assert longest / 2 <= min(pauses) <= max(pauses) <= longest
        assert len(set(pauses)) > 1


def test_wechats_day_ends_at_midnight_in_shanghai() -> None:
    assert next_midnight(NOW) == NOW + timedelta(seconds=1)
    assert next_midnight(NOW + timedelta(seconds=1)) == NOW + timedelta(days=1, seconds=1)
