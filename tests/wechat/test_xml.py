"""Safe reading of XML, and the text that citizens get: split, escaped, clean."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wechat.refusals import Malformed, Refused, TooLarge
from bot.wechat.xml import BODY_BYTES, TEXT_BYTES, cdata, clean, escape_text, read, split_text

_LINK = re.compile(r"<a\b[^<>]*>.*?</a\s*>", re.IGNORECASE | re.DOTALL)


def test_repeated_names_become_a_list_and_text_is_stripped() -> None:
    assert read(b"<xml> <a> 1 </a><b><c/><c>2</c><c>3</c></b><d x='1'/> words </xml>") == {
        "a": "1",
        "b": {"c": ["", "2", "3"]},
        "d": "",
    }


def test_the_document_does_not_choose_its_encoding() -> None:
    assert read('<?xml version="1.0" encoding="gbk"?><xml><a>汉</a></xml>'.encode()) == {"a": "汉"}
    with pytest.raises(Malformed):
        read('<?xml version="1.0" encoding="gbk"?><xml><a>汉</a></xml>'.encode("gbk"))


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE xml><xml><a>1</a></xml>",
        b"<?xml version='1.0'?> <!-- x --> <!DOCTYPE xml [<!ENTITY a 'b'>]><xml><a>&a;</a></xml>",
        b"<!DOCTYPE xml PUBLIC 'a' 'http://example.org/b'><xml><a>1</a></xml>",
    ],
)
def test_a_doctype_is_refused_before_anything_in_it_counts(body: bytes) -> None:
    with pytest.raises(Malformed, match="DOCTYPE"):
        read(body)


def test_depth_elements_and_size_have_limits() -> None:
    assert read(b"<xml>" + b"<a>" * 9 + b"1" + b"</a>" * 9 + b"</xml>")
    with pytest.raises(Malformed, match="too deep"):
        read(b"<xml>" + b"<a>" * 10 + b"1" + b"</a>" * 10 + b"</xml>")
    assert read(b"<xml>" + b"<a/>" * 999 + b"</xml>")
    with pytest.raises(Malformed, match="too many"):
        read(b"<xml>" + b"<a/>" * 1000 + b"</xml>")
    with pytest.raises(TooLarge):
        read(b"<xml><a>" + b"x" * BODY_BYTES + b"</a></xml>")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for wrapped in (body, b"<xml>" + body + b"</xml>", b"<xml><a>" + body + b"</a></xml>"):
        try:
            read(wrapped)
        except Refused:
            pass


@given(st.text(max_size=200))
def test_what_is_written_is_read_back(text: str) -> None:
    assert read(f"<xml><a>{cdata(clean(text))}</a></xml>".encode()) == {"a": clean(text).strip()}


@given(st.text(alphabet="]><![CDATA xml/\u4e2d", max_size=60))
def test_no_text_gets_out_of_its_section(text: str) -> None:
    assert read(f"<xml><a>{cdata(text)}</a><b>1</b></xml>".encode()) == {"a": text.strip(), "b": "1"}


def test_clean_drops_what_xml_cannot_hold_and_nothing_else() -> None:
    assert clean("a\x00b\x08c\x0bd\x1fe\ud83df\ufffeg\uffffh") == "abcdefgh"
    kept = "汉\t\n\x85\ud7ff\ue000\U0001f468\u200d\U0001f469"
    assert clean(kept) == kept
    assert clean("a\r\nb\rc") == "a\nb\nc"


# Echoing a citizen.


@given(st.text(max_size=200))
def test_no_markup_of_a_citizen_works(words: str) -> None:
    escaped = escape_text(words)
    assert not set(escaped) & set("<>&\u202e\u2066\x00\r")
    assert escape_text(escaped) == escaped
    assert len(escaped) <= len(words)


def test_escaped_words_still_read_the_same() -> None:
    assert escape_text('<a href="weixin://bizmsgmenu?msgmenucontent=x">点我</a> & 1<2') == (
        '＜a href="weixin://bizmsgmenu?msgmenucontent=x"＞点我＜/a＞ ＆ 1＜2'
    )
    assert escape_text("路灯坏了\n三天了 👨‍👩‍👧") == "路灯坏了\n三天了 👨‍👩‍👧"


# Splitting.


def _bare(text: str) -> str:
    return "".join(text.split())


_PIECES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["。", "！", "，", "\n", " ", "句子。", "一句话，", "👨‍👩‍👧", "e\u0301", "👍🏽", "1️⃣"]),
    st.builds("<a href='https://example.org/{}'>{}</a>".format, st.integers(0, 999), st.text("链接字", max_size=5)),
)


@given(st.lists(_PIECES, max_size=40).map("".join), st.integers(60, 400))
def test_parts_fit_lose_nothing_and_keep_links_whole(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < len(part.encode()) <= limit for part in parts)
    assert all(part == part.strip() for part in parts)
    links = _LINK.findall(clean(text))
    if all(len(link.encode()) <= limit for link in links):
        assert _bare("".join(parts)) == _bare(clean(text))
        assert [link for part in parts for link in _LINK.findall(part)] == links


@given(st.text(max_size=120), st.integers(4, 30))
def test_even_tiny_limits_are_kept(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < len(part.encode()) <= limit for part in parts)


def test_a_text_that_fits_stays_whole() -> None:
    assert split_text("您好。\n再见。") == ("您好。\n再见。",)
    assert split_text("字" * 682 + "ab") == ("字" * 682 + "ab",)  # 2048 bytes
    assert split_text("") == split_text(" \n\x00") == ()


def test_it_is_cut_at_the_last_sentence_that_fits() -> None:
    first, second = "第一句话，很短。第二句“也短！”", "第三句放不下了，真的。"
    assert split_text(first + second, len((first + second[:5]).encode())) == (first, second)
    assert split_text("Well. Version 1.2 is out! Go.", 26) == ("Well. Version 1.2 is out!", "Go.")


def test_without_a_sentence_it_is_cut_at_a_pause_else_between_characters() -> None:
    assert split_text("一二三，四五六七", 18) == ("一二三，", "四五六七")
    assert split_text("一二三四五六七", 10) == ("一二三", "四五六", "七")
    assert split_text("ab👨‍👩‍👧cd", 22) == ("ab👨‍👩‍👧cd",)
    assert split_text("ab👨‍👩‍👧cd", 19) == ("ab", "👨‍👩‍👧c", "d")
    assert split_text("aae\u0301", 4) == ("aa", "e\u0301")


def test_a_link_is_never_cut_and_a_sentence_end_inside_it_does_not_count() -> None:
    link = "<a href='https://example.org/?q=a! b'>看这里。好吗</a>"
    parts = split_text("请看：" + link + "谢谢。", len(link.encode()) + 2)
    assert parts == ("请看：", link, "谢谢。")


def test_a_link_that_can_never_fit_keeps_its_words() -> None:
    assert split_text(f"看<a href='{'x' * 100}'>这里</a>。", 60) == ("看这里。",)


def test_a_limit_below_one_character_is_an_error() -> None:
    with pytest.raises(ValueError, match="four bytes"):
        split_text("字", 3)


def test_a_long_answer_is_split_within_wechats_limit() -> None:
    answer = "".join(f"第{number}条：请把垃圾分好类，再投到对应的桶里。\n" for number in range(200))
    parts = split_text(answer)
    assert all(len(part.encode()) <= TEXT_BYTES for part in parts)
    assert all(part.endswith("。") for part in parts)
    assert len(parts) == -(-len(answer.encode()) // TEXT_BYTES)
