"""Requests to the callback that are wrong in some way, most of them validly signed, the same for the same seed."""

import gzip
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlencode

from tests.wechat.corpus import own_samples
from tests.wechat.pushes import Request, Wechat, encrypt, encrypt_padded, frame

_NUMBERS = [
    "-1",
    "0",
    "9" * 40,
    "1e999",
    "NaN",
    "inf",
    "-inf",
    "1.5",
    "abc",
    "",
    "٣",
    "0x7f",
    "1_0",
    "99999999999",
    " 7 ",
]
_KINDS = [
    "",
    " ",
    "event",
    "EVENT",
    "text",
    "hologram",
    "a" * 300,
    "te\nxt",
    "device_",
    "device_event",
    "__class__",
    "\U0001f4a9",
]
_FIELDS = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Event", "EventKey", "MsgId", "Content", "Location_X"]


@dataclass(frozen=True)
class Case:
    """One request as it goes on the wire: how it is wrong, and whether the connection may go without an answer."""

    name: str
    query: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    method: str = "POST"


class Mutations:
    """An endless stream of cases, decided by the seed alone but for the timestamp."""

    def __init__(self, seed: int, wechat: Wechat) -> None:
        self._random = random.Random(seed)
        self._wechat = replace(wechat, timestamp=str(int(time.time())))
        self._bodies = [sample.body for sample in own_samples()]

    def cases(self) -> Iterator[Case]:
        """Yield cases for ever."""
        choose = self._random.choice
        while True:
            self._wechat = replace(
                self._wechat, timestamp=str(int(time.time())), nonce=str(self._random.randrange(10**10))
            )
            yield choose([*[self._content] * 6, *[self._seal, self._query, self._transport] * 2, self._address])()

    # Contents that are wrong inside a valid envelope.

    def _content(self) -> Case:
        name, change = self._random.choice(_CONTENTS)
        body = change(self._random, self._push())
        request = self._wechat.plain(body) if self._random.random() < 0.4 else self._wechat.safe(body)
        return Case(name, urlencode(request.query), request.body)

    def _push(self) -> bytes:
        """Return a good push of somebody, with an id of its own."""
        number = str(self._random.randrange(10**17)).encode()
        citizen = f"oFuzz-{self._random.randrange(50):04}".encode()
        body = self._random.choice(self._bodies)
        for openid in (b"oAunt-Wang_0001", b"oLi_2", b"oXiaochen-3"):
            body = body.replace(openid, citizen)
        return re.sub(rb'(MsgId(?:>|":"?))\d+', rb"\g<1>" + number, body)

    # Envelopes that are wrong around it.

    def _seal(self) -> Case:
        name, seal = self._random.choice(_SEALS)
        sealed = seal(self._random, self._wechat, self._push())
        beside = self._random.choice(
            ["", "<MsgType>text</MsgType><Content>plain copy</Content>", "<Encrypt>x</Encrypt>"]
        )
        request = self._wechat.sealed(sealed, as_json=self._random.random() < 0.3 and '"' not in sealed, beside=beside)
        return Case(name, urlencode(request.query, errors="replace"), request.body)

    def _query(self) -> Case:
        good = self._wechat.safe(self._push()) if self._random.random() < 0.6 else self._wechat.plain(self._push())
        name, change = self._random.choice(_QUERIES)
        return Case(name, change(self._random, good), good.body)

    def _address(self) -> Case:
        """Ask as the platform checks an address, mostly in a wrong way."""
        echo = self._random.choice(["42", "<b>", "%", "\u6c49", "x" * 3000, encrypt(self._wechat.key, b"rubbish")])
        good = self._wechat.sealed(echo, as_json=True).changed(echostr=echo)
        if self._random.random() < 0.5:
            good = good.changed(msg_signature=None)
        name, change = self._random.choice([*_QUERIES, ("asked well", lambda _rng, asked: urlencode(asked.query))])
        return Case(f"GET: {name}", change(self._random, good), method="GET")

    def _transport(self) -> Case:
        good = self._wechat.safe(self._push())
        query = urlencode(good.query)
        name = self._random.choice(["gzip", "not gzip", "a gzip bomb", "too large", "cut off", "content type", "empty"])
        case = Case(name, query, good.body)
        if name == "gzip":
            return replace(case, body=gzip.compress(good.body), headers={"Content-Encoding": "gzip"})
        if name == "not gzip":
            return replace(case, headers={"Content-Encoding": self._random.choice(["gzip", "deflate", "br", "x"])})
        if name == "a gzip bomb":
            return replace(case, body=gzip.compress(bytes(3_000_000)), headers={"Content-Encoding": "gzip"})
        if name == "too large":
            return replace(case, body=good.body + b" " * self._random.choice([64 * 1024, 300_000]), cut=True)
        if name == "cut off":
            return replace(case, cut=True, headers={"Content-Length": str(len(good.body) + 100)})
        if name == "empty":
            return replace(case, body=b"")
        kinds = [
            "application/json",
            "multipart/form-data",
            "text/xml; charset=utf-16",
            "\u00ff",
            "a/b; charset=nonsense",
        ]
        return replace(case, headers={"Content-Type": self._random.choice(kinds)})


Change = Callable[[random.Random, bytes], bytes]


def _flip(rng: random.Random, body: bytes) -> bytes:
    flipped = bytearray(body)
    for _ in range(rng.randrange(1, 4)):
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
    return bytes(flipped)


def _splice(rng: random.Random, body: bytes) -> bytes:
    start, end = sorted((rng.randrange(len(body)), rng.randrange(len(body))))
    piece = rng.choice(
        [b"", body[start:end] * 2, rng.randbytes(20), b"]]>", b"<![CDATA[", b"&#0;", b"&lt;", b"<!--", b"\x00"]
    )
    return body[:start] + piece + body[end:]


def _encode(rng: random.Random, body: bytes) -> bytes:
    text = body.decode() + rng.choice(["", "汉字", "\U0001f600"])
    how = rng.choice(["gbk", "utf-16", "utf-16-le", "utf-8-sig", "utf-7", "utf-32", "cp037", "latin"])
    if how == "latin":
        return body.replace(b"<Content>", b"<Content>\xff\xfe\xc0\x80\xed\xa0\x80")
    declared = '<?xml version="1.0" encoding="{}"?>'.format(rng.choice(["gbk", "utf-16", "ascii", "nonsense"]))
    return (rng.choice(["", declared]) + text).encode(how, "replace")


def _entities(rng: random.Random, body: bytes) -> bytes:
    levels = "".join(f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10))
    prologue = rng.choice(
        [
            f'<!DOCTYPE xml [<!ENTITY e0 "boom">{levels}]>',
            '<!DOCTYPE xml [<!ENTITY e9 SYSTEM "file:///etc/passwd">]>',
            '<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1:1/"> %p;]>',
            "<!DOCTYPE xml>",
            "",
        ]
    )
    return prologue.encode() + body.replace(b"<MsgType>", b"<x>&e9;</x><MsgType>")


def _nest(rng: random.Random, body: bytes) -> bytes:
    depth = rng.choice([8, 20, 1000, 4000])
    if body[:1] == b"{":
        return body[:-1] + b',"x":' + b'{"a":[' * depth + b"]}" * depth + b"}"
    return body.replace(b"</xml>", b"<a>" * depth + b"</a>" * depth + b"</xml>")


def _widen(rng: random.Random, body: bytes) -> bytes:
    times = rng.choice([50, 1500, 6000])
    if body[:1] == b"{":
        return body[:-1] + b',"x":[' + b",".join([b"1"] * times) + b"]}"
    attributes = b" ".join(b'a%d="1"' % number for number in range(times // 10))
    return body.replace(
        b"</xml>", rng.choice([b"<a/>" * times, b"<a " + attributes + b"/>", b"<" + b"a" * times + b"/>"]) + b"</xml>"
    )


def _tamper(rng: random.Random, body: bytes) -> bytes:
    """Replace, repeat, nest or drop one field, in XML or in JSON."""
    name = rng.choice(_FIELDS)
    value = rng.choice(_NUMBERS if rng.random() < 0.5 else _KINDS)
    if body.lstrip()[:1] == b"{":
        fields = json.loads(body)
        odd: list[object] = [
            value,
            None,
            [],
            [value],
            {"a": value},
            True,
            2**63,
            1.5,
            "\x00\x07",
            {"List": {"item": value}},
        ]
        return json.dumps({**fields, name: rng.choice(odd)}, ensure_ascii=rng.random() < 0.5).encode()
    opening, closing = f"<{name}>".encode(), f"</{name}>".encode()
    before, found, rest = body.partition(opening)
    if not found:
        return body.replace(b"</xml>", opening + f"<![CDATA[{value}]]>".encode() + closing + b"</xml>")
    old, _, after = rest.partition(closing)
    new = rng.choice([f"<![CDATA[{value}]]>".encode(), b"<a>" + old + b"</a>", old + closing + opening + old])
    return before + rng.choice([b"", opening + new + closing]) + after


def _rejson(rng: random.Random, body: bytes) -> bytes:
    good = b'{"ToUserName":"gh_1","FromUserName":"oFuzz-1","CreateTime":1795600001,"MsgType":"text",'
    good += b'"MsgId":%d,"Content":"x"}'
    tail = rng.choice([b"", b",", b"}", b"\x00", b"//", body])
    change = rng.choice(
        [
            (b'"x"', b'"\\ud800"'),
            (b'"x"', b"NaN"),
            (b'"x"', b"1e400"),
            (b"{", b"[{"),
            (b'"', b"'"),
            (b":", b"="),
            (b"", b""),
        ]
    )
    return rng.choice([b"", b"\xef\xbb\xbf", b" "]) + (good % rng.randrange(10**6)).replace(*change, 3) + tail


_CONTENTS: list[tuple[str, Change]] = [
    ("untouched", lambda _rng, body: body),
    ("bits flipped", _flip),
    ("truncated", lambda rng, body: body[: rng.randrange(len(body))]),
    ("spliced", _splice),
    ("encoded", _encode),
    ("entities", _entities),
    ("nested", _nest),
    ("widened", _widen),
    ("field tampered", _tamper),
    ("field tampered", lambda rng, body: _tamper(rng, _tamper(rng, body))),
    ("odd JSON", _rejson),
    ("random bytes", lambda rng, _body: rng.randbytes(rng.randrange(400))),
]


_SEALS: list[tuple[str, Callable[[random.Random, Wechat, bytes], str]]] = [
    (
        "another app id",
        lambda rng, own, body: encrypt(
            own.key, frame(body, rng.choice(["", "wx1", own.app_id + "x", own.app_id[:-1]]))
        ),
    ),
    ("another key", lambda _rng, own, body: encrypt(own.key[::-1], frame(body, own.app_id))),
    (
        "bits of the seal flipped",
        lambda rng, own, body: _flip(rng, encrypt(own.key, frame(body, own.app_id)).encode()).decode("latin-1"),
    ),
    ("seal cut", lambda rng, own, body: encrypt(own.key, frame(body, own.app_id))[: rng.randrange(200)]),
    ("frame flipped", lambda rng, own, body: encrypt(own.key, _flip(rng, frame(body, own.app_id)))),
    (
        "length lies",
        lambda rng, own, body: encrypt(own.key, body[:16].ljust(16) + rng.randbytes(4) + body + own.app_id.encode()),
    ),
    (
        "padding lies",
        lambda rng, own, body: encrypt_padded(
            own.key, (frame(body, own.app_id) + rng.randbytes(40))[: (len(body) // 16 + 3) * 16]
        ),
    ),
    ("short frame", lambda rng, own, _body: encrypt(own.key, rng.randbytes(rng.randrange(20)))),
    ("not base64", lambda rng, _own, _body: quote(rng.randbytes(60))),
    (
        "rubbish well sealed",
        lambda rng, own, _body: encrypt(own.key, frame(rng.randbytes(rng.randrange(300)), own.app_id)),
    ),
    ("sealed twice", lambda _rng, own, body: encrypt(own.key, frame(own.safe(body).body, own.app_id))),
]


def _drop(rng: random.Random, good: Request) -> str:
    return urlencode(good.changed(**{rng.choice(list(good.query)): None}).query)


def _repeat(rng: random.Random, good: Request) -> str:
    name = rng.choice(list(good.query))
    return f"{urlencode(good.query)}&{urlencode({name: rng.choice([good.query[name], '', 'x'])})}"


def _swap(rng: random.Random, good: Request) -> str:
    names = list(good.query)
    values = rng.sample(list(good.query.values()), len(names))
    return urlencode(dict(zip(names, values, strict=True)))


def _rewrite(rng: random.Random, good: Request) -> str:
    odd = [
        *_NUMBERS,
        *_KINDS,
        "0" * 40,
        "aes",
        "raw",
        "AES",
        "\u7b7e" * 40,
        "x" * 3000,
        "\x00",
        "%",
        "<script>",
        "../../etc",
    ]
    return urlencode(good.changed(**{rng.choice([*good.query, "encrypt_type"]): rng.choice(odd)}).query)


def _scribble(rng: random.Random, good: Request) -> str:
    scribbles = ["%", "%ff%fe", "%00", "&&&=", ";", "=", "%u0041", "+", "?", "signature[]=1", "%F0%9F"]
    return urlencode(good.query) + rng.choice(["", "&"]) + rng.choice(scribbles)


def _age(rng: random.Random, good: Request) -> str:
    seconds = int(good.query["timestamp"]) + rng.choice([-86400, -3600, 3600, 10**9])
    return urlencode(good.changed(timestamp=str(seconds)).query)


_QUERIES: list[tuple[str, Callable[[random.Random, Request], str]]] = [
    ("parameter dropped", _drop),
    ("parameter repeated", _repeat),
    ("parameters swapped", _swap),
    ("parameter rewritten", _rewrite),
    ("query scribbled on", _scribble),
    ("another time", _age),
    ("no query", lambda _rng, _good: ""),
]
