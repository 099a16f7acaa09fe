"""The two shapes in which the platform pushes: fields to XML or JSON, and strict XML back to fields."""

import json
import re
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

Json = dict[str, Any]

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class MalformedXml(ValueError):
    """The text is not the one well-formed <xml> document that WeChat asks for."""


def to_xml(fields: Mapping[str, Any]) -> str:
    """<xml>…</xml> with texts in CDATA and numbers bare; lists repeat their element."""
    return f"<xml>{_elements(fields)}</xml>"


def to_json(fields: Mapping[str, Any]) -> str:
    """The same fields as compact JSON, Chinese unescaped."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def cdata(text: str) -> str:
    """The text as CDATA; characters that XML forbids are dropped, the end mark inside is split."""
    return "<![CDATA[" + ILLEGAL.sub("", text).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def from_xml(text: str) -> Json:
    """The fields of an <xml> document; a repeated element becomes a list. Raises MalformedXml."""
    tree = _Tree()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = tree.opened
    parser.EndElementHandler = tree.closed
    parser.CharacterDataHandler = tree.said
    parser.StartDoctypeDeclHandler = tree.refused
    try:
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        raise MalformedXml(f"malformed XML: {error}") from error
    if tree.name != "xml" or not isinstance(tree.result, dict):
        raise MalformedXml("the document is not <xml> with fields in it")
    return tree.result


def _elements(fields: Mapping[str, Any]) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, Mapping):
        return f"<{name}>{_elements(value)}</{name}>"
    if isinstance(value, int | float):
        return f"<{name}>{value}</{name}>"
    return f"<{name}>{cdata(str(value))}</{name}>"


class _Tree:
    """Collects what expat reports into nested dicts."""

    def __init__(self) -> None:
        self.name = ""
        self.result: Json | str = ""
        self._open: list[tuple[str, Json, list[str]]] = []

    def opened(self, name: str, _attributes: Mapping[str, str]) -> None:
        self._open.append((name, {}, []))

    def said(self, text: str) -> None:
        self._open[-1][2].append(text)

    def closed(self, _name: str) -> None:
        name, children, texts = self._open.pop()
        value: Json | str = children or "".join(texts)
        if not self._open:
            self.name, self.result = name, value
            return
        siblings = self._open[-1][1]
        if name not in siblings:
            siblings[name] = value
        elif isinstance(siblings[name], list):
            siblings[name].append(value)
        else:
            siblings[name] = [siblings[name], value]

    def refused(self, *_declaration: object) -> None:
        raise MalformedXml("a document type declaration is not allowed")
