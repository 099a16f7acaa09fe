"""Our replies as the platform reads them: XML and JSON, every kind, nothing injected."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.messages import (
    SILENCE,
    Article,
    Event,
    Image,
    Message,
    Music,
    News,
    Push,
    Reply,
    Text,
    Transfer,
    Video,
    Voice,
)
from bot.wechat.rendering import SUCCESS, render
from bot.wechat.xml import TEXT_BYTES, Fields, clean, read, split_text
from tests.wechat.corpus import Sample, collected

_MESSAGE = Message(to_user="gh_office", openid="oAunt-Wang_0001", created=1, kind="text", msg_id=1)
_CLICK = Event(to_user="gh_office", openid="oAunt-Wang_0001", created=1, name="click")
_HEAD = {"ToUserName": "oAunt-Wang_0001", "FromUserName": "gh_office", "CreateTime": "1795600099"}

_EVERY_KIND: list[tuple[Reply, Fields]] = [
    (Text("您好"), {"MsgType": "text", "Content": "您好"}),
    (Image("M"), {"MsgType": "image", "Image": {"MediaId": "M"}}),
    (Voice("M"), {"MsgType": "voice", "Voice": {"MediaId": "M"}}),
    (Video("M", "t", "d"), {"MsgType": "video", "Video": {"MediaId": "M", "Title": "t", "Description": "d"}}),
    (
        Music("t", "d", "http://a?b&c", "http://d", "T"),
        {
            "MsgType": "music",
            "Music": {
                "Title": "t",
                "Description": "d",
                "MusicUrl": "http://a?b&c",
                "HQMusicUrl": "http://d",
                "ThumbMediaId": "T",
            },
        },
    ),
    (
        News((Article("t1", "d1", "p1", "u1"), Article("t2", "d2", "p2", "u2"))),
        {
            "MsgType": "news",
            "ArticleCount": "2",
            "Articles": {
                "item": [
                    {"Title": "t1", "Description": "d1", "PicUrl": "p1", "Url": "u1"},
                    {"Title": "t2", "Description": "d2", "PicUrl": "p2", "Url": "u2"},
                ]
            },
        },
    ),
    (Transfer(), {"MsgType": "transfer_customer_service"}),
    (Transfer("a@office"), {"MsgType": "transfer_customer_service", "TransInfo": {"KfAccount": "a@office"}}),
]


def _rendered(reply: Reply, push: Push = _CLICK) -> Fields:
    return read(render(reply, push, created=1795600099))


def _as_text(value: object) -> object:
    if isinstance(value, dict):
        return {name: _as_text(inner) for name, inner in value.items()}
    return [_as_text(inner) for inner in value] if isinstance(value, list) else str(value)


@pytest.mark.parametrize(("reply", "fields"), _EVERY_KIND, ids=lambda value: type(value).__name__)
def test_every_kind_as_xml_and_as_json(reply: Reply, fields: Fields) -> None:
    assert _rendered(reply) == {**_HEAD, **fields}
    body = json.loads(render(reply, _CLICK, created=1795600099, as_json=True))
    assert body["CreateTime"] == 1795600099
    assert _as_text(body) == {**_HEAD, **fields}


def test_silence_and_empty_words_are_success() -> None:
    for reply in (SILENCE, Text(""), Text(" \n"), Text("\x00\ud800"), News(())):
        assert render(reply, _MESSAGE, created=1) is SUCCESS
    assert SUCCESS == b"success"


def test_cards_past_what_wechat_takes_are_left_out() -> None:
    cards = News(tuple(Article(str(number), "", "", "") for number in range(12)))
    assert _rendered(cards, _CLICK)["ArticleCount"] == "8"
    assert _rendered(cards, _MESSAGE)["ArticleCount"] == "1"


def test_a_text_past_the_limit_is_cut_at_a_sentence() -> None:
    content = _rendered(Text("这是一句话。" * 300))["Content"]
    assert isinstance(content, str)
    assert len(content.encode()) <= TEXT_BYTES
    assert content.endswith("。")


_TEXTS: list[Callable[[str], Reply]] = [
    Text,
    Image,
    Voice,
    Transfer,
    lambda text: Video(text, text, text),
    lambda text: Music(text, text, text, text, text),
    lambda text: News((Article(text, text, text, text),)),
]


@pytest.mark.parametrize("made", _TEXTS)
@given(text=st.text(min_size=1, max_size=80))
def test_words_come_back_as_they_were_and_nothing_with_them(made: Callable[[str], Reply], text: str) -> None:
    reply = made(text)
    wanted = clean(text).strip()
    body = render(reply, _CLICK, created=1)
    if body is SUCCESS:
        assert isinstance(reply, Text)
        assert wanted == ""
        return
    fields = read(body)
    assert set(fields) <= {*_HEAD, "MsgType", "Content", "Image", "Voice", "Video", "Music"} | {
        "ArticleCount",
        "Articles",
        "TransInfo",
    }
    assert set(
        _leaves({name: value for name, value in fields.items() if name not in (*_HEAD, "MsgType", "ArticleCount")})
    ) <= {wanted}
    json.loads(render(reply, _CLICK, created=1, as_json=True))


def _leaves(node: object) -> list[object]:
    if isinstance(node, dict):
        return [leaf for inner in node.values() for leaf in _leaves(inner)]
    return [leaf for inner in node for leaf in _leaves(inner)] if isinstance(node, list) else [node]


@pytest.mark.parametrize(
    "words",
    [
        "]]><MsgType>image</MsgType><![CDATA[",
        "]]]]><![CDATA[>]]></Content><MsgType><![CDATA[news]]></MsgType><Content><![CDATA[",
        "]]></Content></xml><xml>",
        "]]" + ">" * 5 + "]]]>",
        "&lt;/Content&gt;<!--",
    ],
)
def test_a_citizens_words_inject_no_elements(words: str) -> None:
    for reply in (Text(words), News((Article(words, words, words, words),))):
        fields = _rendered(reply)
        assert fields["MsgType"] in ("text", "news")
        assert set(_leaves({"Content": fields.get("Content", words), "Articles": fields.get("Articles", words)})) == {
            words
        }
    sender = Message(to_user="gh", openid=words, created=1, kind="text", msg_id=1)
    assert _rendered(Text("x"), sender)["ToUserName"] == words


def _reply_of(fields: dict[str, object]) -> Reply:
    """Build our reply from a collected one."""
    match fields["MsgType"]:
        case "text":
            return Text(str(fields["Content"]))
        case "image":
            return Image(_inner(fields, "Image", "MediaId")[0])
        case "voice":
            return Voice(_inner(fields, "Voice", "MediaId")[0])
        case "video":
            return Video(*_inner(fields, "Video", "MediaId", "Title", "Description"))
        case "music":
            return Music(*_inner(fields, "Music", "Title", "Description", "MusicUrl", "HQMusicUrl", "ThumbMediaId"))
        case "news":
            articles = fields["Articles"]
            assert isinstance(articles, dict)
            names = "Title", "Description", "PicUrl", "Url"
            return News(tuple(Article(*(card[name] for name in names)) for card in articles["item"]))
        case _:
            return Transfer(*_inner(fields, "TransInfo", "KfAccount"))


def _inner(fields: dict[str, object], name: str, *names: str) -> list[str]:
    inner = fields.get(name, {})
    assert isinstance(inner, dict)
    return [inner.get(each, "") for each in names]


# Fields that other libraries still write and WeChat's documents no longer have, and two samples that are no replies.
_FORGOTTEN = {"FuncFlag": None, "Content": "news", "ThumbMediaId": "video"}
_NO_REPLIES = {"reply_image__WeRoBot.xml", "reply_news__WeRoBot.xml"}


def _replies() -> list[Sample]:
    own = Sample("own", b"", wechat={**_HEAD, "MsgType": "text", "Content": "您好"})
    collection = [sample for sample in collected("reply") if "Encrypt" not in (sample.wechat or {})]
    return [own, *(sample for sample in collection if sample.name not in _NO_REPLIES)]


def _documented(node: object, kind: object) -> object:
    if isinstance(node, dict):
        kept = {name: inner for name, inner in node.items() if _FORGOTTEN.get(name, "") not in (kind, None)}
        return {name: _documented(inner, kind) for name, inner in kept.items()}
    return [_documented(inner, kind) for inner in node] if isinstance(node, list) else node


@pytest.mark.parametrize("sample", _replies(), ids=lambda sample: sample.name)
def test_collected_replies_look_as_ours_do(sample: Sample) -> None:
    wanted = sample.wechat or {}
    rendered = _rendered(_reply_of(wanted))
    documented = _documented(wanted, wanted["MsgType"])
    assert isinstance(documented, dict)
    for name in set(documented) - set(_HEAD):
        assert _subset(documented[name], rendered[name]), name


def _subset(wanted: object, got: object) -> bool:
    if isinstance(wanted, dict) and isinstance(got, dict):
        return all(_subset(inner, got.get(name)) for name, inner in wanted.items())
    if isinstance(wanted, list) and isinstance(got, list):
        return len(wanted) == len(got) and all(_subset(*pair) for pair in zip(wanted, got, strict=True))
    return wanted == got


@given(st.text(min_size=1, max_size=3000))
def test_the_text_sent_is_the_first_part_of_the_split(text: str) -> None:
    parts = split_text(text)
    body = render(Text(text), _CLICK, created=1)
    assert body is SUCCESS if not parts else read(body)["Content"] == parts[0]
