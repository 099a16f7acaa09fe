"""The bodies of rows: what is written can be read, what can't be read is named."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.outbound.delivery import (
    CustomerAnswer,
    CustomerText,
    FetchMedia,
    MalformedBody,
    answer_delivery,
    load_media,
    load_message,
    media_delivery,
    text_delivery,
)

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_a_text_is_sent_at_most_once() -> None:
    text = CustomerText(citizen_id="c1", text='您好 🙂 "引号"')
    row = text_delivery(text, NOW, due=NOW + timedelta(seconds=16), dedupe="late:1")
    assert load_message(row.body) == text
    assert (row.lane, row.citizen_id, row.repeatable, row.dedupe) == ("customer_message", "c1", False, "late:1")
    assert (row.due, row.created) == (NOW + timedelta(seconds=16), NOW)


def test_a_late_answer_is_told_once_a_question() -> None:
    answer = CustomerAnswer(citizen_id="c1", question="书房几点开", article_id=3, asked_id=12)
    row = answer_delivery(answer, NOW)
    assert load_message(row.body) == answer
    assert (row.lane, row.citizen_id, row.repeatable, row.dedupe) == ("customer_message", "c1", False, "answer:12")
    with pytest.raises(MalformedBody):
        load_message(row.body.replace("12", '"twelve"'))


def test_a_fetch_may_be_repeated_and_stands_once() -> None:
    fetch = FetchMedia(attachment_id=7, media_id="m", picture_url="http://mmbiz.qpic.cn/a")
    row = media_delivery(fetch, NOW, citizen_id="c1")
    assert load_media(row.body) == fetch
    assert (row.lane, row.repeatable, row.dedupe, row.due) == ("media", True, "attachment:7", NOW)


@pytest.mark.parametrize("body", ["", "[]", "{}", "null", "7", '{"text":"你好"}', '{"attachment_id":"7"}', "{"])
def test_a_body_of_another_shape_is_named(body: str) -> None:
    with pytest.raises(MalformedBody):
        load_message(body)
    with pytest.raises(MalformedBody):
        load_media(body)
