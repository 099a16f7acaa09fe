"""WeChat's XML, read safely and written safely, and the care that text for citizens needs."""

import re
import unicodedata
from typing import TypeAlias
from xml.parsers import expat

from bot.wechat.refusals import Malformed, TooLarge

BODY_BYTES = 64 * 1024
TEXT_BYTES = 2048  # of a text reply in UTF-8; WeChat states no limit, longer ones are refused in practice
_ELEMENTS = 1000
DEPTH = 10

Node: TypeAlias = "str | dict[str, Node] | list[Node]"
Fields: TypeAlias = dict[str, Node]

# What XML 1.0 can't hold. Python regexes read the escapes, so that no such character stands in this file.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def read(body: bytes) -> Fields:
    """Return the children of the root element `xml`, in one pass.

    Text is stripped, a name that repeats becomes a list, attributes are ignored.

    Raises:
        TooLarge: past BODY_BYTES.
        Malformed: not UTF-8, not XML, with a DOCTYPE, too many elements, too deep, or not WeChat's shape.
    """
    if len(body) > BODY_BYTES:
        raise TooLarge("XML past the cap")
    tree = _Tree()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = tree.start
    parser.EndElementHandler = tree.end
    parser.CharacterDataHandler = tree.characters
    parser.StartDoctypeDeclHandler = tree.doctype
    try:
        # As text: then expat neither guesses the encoding nor believes what the document says about it.
        parser.Parse(body.decode("utf-8"), True)
    except UnicodeDecodeError:
        raise Malformed("XML that isn't UTF-8") from None
    except expat.ExpatError as wrong:
        raise Malformed(f"not XML: {expat.ErrorString(wrong.code)}") from None
    root = tree.fields.get("xml")
    if not isinstance(root, dict):
        raise Malformed("XML without the fields of a push")
    return root


class _Tree:
    """What expat has told so far: the open elements, and the text of the innermost."""

    __slots__ = ("_count", "_open", "_text", "fields")

    def __init__(self) -> None:
        self.fields: Fields = {}
        self._open: list[Fields] = []
        self._text = ""
        self._count = 0

    def start(self, _name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _ELEMENTS or len(self._open) >= DEPTH:
            raise Malformed("XML with too many elements, or too deep")
        self._open.append(self.fields)
        self.fields = {}
        self._text = ""

    def end(self, name: str) -> None:
        value = self.fields or self._text.strip()
        parent = self._open.pop()
        if name in parent:
            earlier = parent[name]
            parent[name] = [*earlier, value] if isinstance(earlier, list) else [earlier, value]
        else:
            parent[name] = value
        self.fields = parent
        self._text = ""

    def characters(self, text: str) -> None:
        self._text += text

    def doctype(self, *_declared: object) -> None:
        # No DOCTYPE, no entities: neither bombs nor files.
        raise Malformed("XML with a DOCTYPE")


def clean(text: str) -> str:
    """Drop what XML can't hold (control characters, lone surrogates) and make line ends plain."""
    text = _ILLEGAL.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def cdata(text: str) -> str:
    """Wrap clean text so that nothing in it can end the section."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


# Full width looks the same to a reader and means nothing to a client, whether it decodes entities or not. Marks that
# turn the direction of writing could make our sentence say something else.
_TURNS = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_HARMLESS = str.maketrans("<>&", "＜＞＆", _TURNS)


def escape_text(words: str) -> str:
    """Make a citizen's words harmless inside a reply: no link or markup of theirs works."""
    return clean(words).translate(_HARMLESS)


_LINK = re.compile(r"<a\b[^<>]*>(.*?)</a\s*>", re.IGNORECASE | re.DOTALL)
_SENTENCE_END = re.compile(r"(?:[。！？…]+[”’」』）】]*|[.!?]+(?=\s)|\n)+")
_PAUSE = re.compile(r"[，、；：—]+|[,;:](?=\s)|\s+")


def split_text(text: str, limit: int = TEXT_BYTES) -> tuple[str, ...]:
    """Cut text into messages of at most `limit` bytes of UTF-8; white space at the cuts is dropped.

    Cuts at a sentence's end, else at another pause, else between two characters; never inside a link. A link that
    is itself past the limit loses its tags and keeps its words.
    """
    if limit < 4:
        raise ValueError("a character can need four bytes")
    rest = clean(text).strip()
    if len(rest) * 4 > limit:
        rest = _LINK.sub(lambda link: link[0] if len(link[0].encode()) <= limit else link[1], rest).strip()
    parts = []
    while rest:
        cut = _cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return tuple(parts)


def _cut(text: str, limit: int) -> int:
    """Return how many characters the next part takes, white space at its end included."""
    if len(text) * 4 <= limit:
        return len(text)
    reach = len(text[:limit].encode()[:limit].decode("utf-8", "ignore"))
    if reach == len(text):
        return reach
    links = [link.span() for link in _LINK.finditer(text, 0)]
    outside = next((start for start, end in links if start < reach < end), reach) or reach
    for ending in (_SENTENCE_END, _PAUSE):
        for found in reversed(list(ending.finditer(text, 0, outside))):
            if not _is_inside(links, found.end()):
                return found.end()
    cut = _between_characters(text, outside)
    return outside if _is_inside(links, cut) else cut


def _is_inside(links: list[tuple[int, int]], cut: int) -> bool:
    return any(start < cut < end for start, end in links)


def _between_characters(text: str, cut: int) -> int:
    """Step back while the cut would tear what readers see as one character: an accent, a family of emoji."""
    at = cut
    while at and (_continues(text[at]) or text[at - 1] == "\u200d"):
        at -= 1
    return at or cut


def _continues(character: str) -> bool:
    skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    return skin_tone or character in "\u200d\ufe0e\ufe0f\u20e3" or bool(unicodedata.combining(character))
