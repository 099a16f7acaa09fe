"""Absurd values in valid pushes: typed and clamped, never an exception, now or later."""

import json
import math
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.messages import Event, Message
from bot.wechat.parsing import KNOWN_EVENTS, KNOWN_MESSAGES, parse
from bot.wechat.refusals import Refused, TooLarge
from tests.wechat.corpus import own_samples

_TEXT: dict[str, object] = {
    "ToUserName": "gh_office",
    "FromUserName": "oLi_2",
    "CreateTime": 1795600001,
    "MsgType": "text",
    "Content": "x",
    "MsgId": 7,
}


def _message(**changed: object) -> Message:
    push = parse(orjson.dumps({**_TEXT, **changed})).push
    assert isinstance(push, Message)
    return push


def _event(name: str, **changed: object) -> Event:
    push = parse(orjson.dumps({**_TEXT, "MsgType": "event", "Event": name, **changed})).push
    assert isinstance(push, Event)
    return push


_ABSURD = [
    "abc",
    "-5",
    "1e400",
    "NaN",
    "inf",
    "9" * 40,
    "١٢٣",
    "1_000",
    "0x10",
    "1.5",
    [1],
    {"a": 1},
    -1,
    1.5,
    2**70,
    True,
]


@pytest.mark.parametrize("value", _ABSURD, ids=repr)
@pytest.mark.parametrize("field", ["CreateTime", "MsgId", "Idx"])
def test_absurd_numbers_become_zero_and_are_noted(field: str, value: object) -> None:
    parsed = parse(json.dumps({**_TEXT, field: value}).encode())
    assert isinstance(parsed.push, Message)
    numbers = {"CreateTime": parsed.push.created, "MsgId": parsed.push.msg_id, "Idx": parsed.push.article_index}
    assert numbers == {"CreateTime": 1795600001, "MsgId": 7, "Idx": 0, field: 0}
    assert parsed.odd == (field,)


def test_the_largest_numbers_that_fit() -> None:
    assert _message(MsgId=str(2**63 - 1)).msg_id == 2**63 - 1
    assert _message(MsgId=str(2**63)).msg_id == 0
    assert datetime.fromtimestamp(_message(CreateTime=253402300799).created, UTC).year == 9999
    assert _message(CreateTime=253402300800).created == 0
    assert _message(CreateTime="").created == _message(CreateTime=None).created == 0


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("91", "0"),
        ("0", "181"),
        ("NaN", "1"),
        ("1e2", "1"),
        ("1_0", "1"),
        ("", "1"),
        ("1", {}),
        (None, None),
        ("inf", "1"),
    ],
)
def test_a_place_off_the_globe_is_of_an_unknown_kind(latitude: object, longitude: object) -> None:
    message = _message(MsgType="location", Location_X=latitude, Location_Y=longitude, Scale="abc")
    assert (message.kind, message.latitude, message.longitude, message.scale) == ("unknown", 0.0, 0.0, 0)
    assert message.kind not in KNOWN_MESSAGES
    chosen = _event("location_select", SendLocationInfo={"Location_X": latitude, "Location_Y": longitude})
    assert "SendLocationInfo" not in chosen.details
    assert _event("LOCATION", Latitude=latitude, Longitude=longitude, Precision="1").details == {}


@pytest.mark.parametrize("information", ["", "x", [], [1], {}, {"Location_X": {"a": 1}, "Location_Y": "1"}, None])
def test_a_chosen_place_without_degrees_is_left_out(information: object) -> None:
    assert "SendLocationInfo" not in _event("location_select", SendLocationInfo=information).details


def test_places_on_the_edge_of_the_globe() -> None:
    message = _message(MsgType="location", Location_X="-90", Location_Y=180.0)
    assert (message.kind, message.latitude, message.longitude) == ("location", -90.0, 180.0)


@pytest.mark.parametrize("value", [[], ["a", "b"], {"a": "b"}, {}], ids=repr)
def test_texts_that_are_no_texts_are_empty(value: object) -> None:
    assert _message(Content=value).text == ""
    assert _message(MsgType="image", MediaId=value, PicUrl=value).media_id == ""
    assert _event("CLICK", EventKey=value).key == ""
    assert _event("subscribe", EventKey=value, Ticket=value).key == ""
    assert _event("MASSSENDJOBFINISH", MsgID=value, Status=value).msg_id == ""
    assert _event("user_info_modified", OpenID=value).details["OpenID"] == ""


@pytest.mark.parametrize(
    "value", ["x", [], {}, {"List": []}, {"List": ["x"]}, {"List": {"MsgID": []}}, [{"MsgID": "1"}]], ids=repr
)
def test_odd_nests_leave_no_id_and_break_nothing(value: object) -> None:
    assert _event("PUBLISHJOBFINISH", PublishEventInfo=value).msg_id == ""
    assert _event("PUBLISHJOBFINISH", PublishEventInfo=value).status == ""
    assert _event("subscribe_msg_sent_event", SubscribeMsgSentEvent=value).msg_id == ""
    assert _event("subscribe_msg_change_event", SubscribeMsgPopupEvent=value).name == "subscribe_msg_change_event"


def test_two_citizens_erasures_of_one_second_are_two_events() -> None:
    one = _event("user_authorization_cancellation", OpenID="oOne", RevokeInfo="1")
    two = _event("user_authorization_cancellation", OpenID="oTwo", RevokeInfo="1")
    again = _event("user_authorization_cancellation", OpenID="oOne", RevokeInfo="1")
    assert one.dedupe_key != two.dedupe_key
    assert one.dedupe_key == again.dedupe_key
    assert "oOne" not in one.msg_id


def test_names_are_canonical() -> None:
    assert _event("SCAN", EventKey=12).key == "12"
    assert _event("Scan").name == _event("scan").name == "scan"
    assert _event("VIEW").name == "view"
    assert _event("subscribe", EventKey="scanbarcode|a|b").name == "subscribe"
    assert _message(MsgType="Text").kind == "text"


def test_every_kind_of_the_documents_is_known() -> None:
    events = {
        *("subscribe", "unsubscribe", "scan", "location", "click", "view", "view_miniprogram"),
        *("scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"),
        *("masssendjobfinish", "templatesendjobfinish", "publishjobfinish", "debug_demo"),
        *("subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"),
        *("kf_create_session", "kf_close_session", "kf_switch_session"),
        *("user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"),
        *("qualification_verify_success", "qualification_verify_fail", "naming_verify_success"),
        *("naming_verify_fail", "annual_renew", "verify_expired"),
    }
    assert events <= KNOWN_EVENTS
    assert {"text", "image", "voice", "video", "shortvideo", "location", "link"} <= KNOWN_MESSAGES


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["List", "item", "MsgID", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)
_HEAD_NAMES = "ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId", "MsgID", "Status"
_OTHER_NAMES = "Content", "Location_X", "Location_Y", "SendLocationInfo", "PublishEventInfo", "SubscribeMsgSentEvent"
_NAMES = st.sampled_from([*_HEAD_NAMES, *_OTHER_NAMES, "OpenID", "Scale"])
_KINDS = st.sampled_from(["text", "event", "location", "device_event", "rubbish"])
_EVENTS = st.sampled_from(["subscribe", "location_select", "LOCATION", "PUBLISHJOBFINISH", "user_info_modified"])


@given(_KINDS, _EVENTS, st.dictionaries(_NAMES, _VALUES, max_size=5))
def test_any_values_are_typed_or_refused(kind: str, name: str, changed: dict[str, object]) -> None:
    try:
        push = parse(orjson.dumps({**_TEXT, "MsgType": kind, "Event": name, **changed})).push
    except Refused:
        return
    assert push.openid
    assert push.to_user
    assert 0 <= push.created <= 253402300799
    assert len(push.dedupe_key) == 16
    if isinstance(push, Message):
        assert 0 <= push.msg_id < 2**63
        assert math.isfinite(push.latitude + push.longitude)
        assert all(isinstance(text, str) for text in (push.text, push.label, push.media_id, push.kind))
    else:
        assert all(isinstance(text, str) for text in (push.name, push.key, push.ticket, push.msg_id, push.status))
        orjson.dumps(push.details)


def test_json_has_the_same_cap_as_xml() -> None:
    with pytest.raises(TooLarge):
        parse(json.dumps({**_TEXT, "Content": "x" * 65536}).encode())


def test_our_samples_are_of_all_kinds() -> None:
    kinds = {str(sample.expect.get("kind", "")) for sample in own_samples()}
    assert kinds >= {"text", "image", "voice", "video", "shortvideo", "location", "link"}
