"""What the tests push: our own samples always, the project's larger collection where it lies beside the repository."""

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

_HERE = Path(__file__).parent
SHARED = _HERE.parents[1].parent / "shared" / "data"
_COLLECTION = SHARED / "wechat_samples"


@dataclass(frozen=True)
class Sample:
    """One body, and what must come of it: fields of Message or Event, or the fields in WeChat's own names."""

    name: str
    body: bytes
    expect: dict[str, object] = field(default_factory=dict)
    odd: tuple[str, ...] = ()
    wechat: dict[str, object] | None = None


def own_samples() -> list[Sample]:
    """Return the samples written for these tests."""
    table = tomllib.loads((_HERE / "samples" / "pushes.toml").read_text(encoding="utf-8"))
    return [
        Sample(row["name"], row["body"].encode(), row["expect"], tuple(row.get("odd", ()))) for row in table["push"]
    ]


def collected(direction: str) -> list[Sample]:
    """Return the collection's XML bodies: "in", "reply" or "bad"; none where the collection isn't there."""
    index = _COLLECTION / "index.jsonl"
    rows = [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()] if index.exists() else []
    return [
        Sample(row["file"], (_COLLECTION / row["file"]).read_bytes(), wechat=row["expected"])
        for row in rows
        if row["direction"] == direction
    ]


def collected_json() -> list[Sample]:
    """Return the collection's JSON pushes."""
    file = _COLLECTION / "json_push_samples.jsonl"
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    return [Sample(row["name"], json.dumps(row["body"]).encode(), wechat=row["body"]) for row in rows]


def inbound() -> list[Sample]:
    """Return every push in the clear."""
    clear = [sample for sample in collected("in") if "Encrypt" not in (sample.wechat or {})]
    return own_samples() + clear + collected_json()


def vectors(*kinds: str) -> list[dict[str, str]]:
    """Return the collection's crypto vectors of these kinds, and one of our own so that there always is one."""
    file = SHARED / "crypto_vectors.json"
    rows = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return [row for row in [*OWN_VECTORS, *rows] if row["kind"] in kinds]


_SEALED_PUSH = (
    "FnLfmgFa3b4lsUn81PwOPUr7Q87xliArAcO2BhIqKlMxAq9InUxneSR0VvhdOF33N7w8mzfeGiY0L+ZOQnu1D9RkCs/vnPCl/WKbESGnCwYAhZ5P"
    "by/ePdk96yDRi0TrieJdCWQsqQ3dZJTFQ7uAG3XNpubsKmqHWY85ERhTtX6mFzcA4o42mh8vztoznNhUWM2zBySYhaAMdysQdBDR/YWGZwqLccl9"
    "FcMlDchumnTk6VFqkq22m/PZ/8h7E2/0I9Ge94O0T8gIL+doZutHRHOVtTHyXGhrpWX9tlbyKlS3F2GMHIHGF9mhcKrXo+oBvSvwC/Grd8MWhVuC"
    "ky+BKA=="
)
_COMMON = {
    "token": "tok-en",
    "encodingAESKey": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    "appid": "wx0123456789abcdef",
    "timestamp": "1795600001",
    "nonce": "486452656",
}
# Made with other programs: openssl enc -aes-256-cbc -nopad, sort, sha1sum.
OWN_VECTORS: list[dict[str, str]] = [
    {
        **_COMMON,
        "id": "own_push",
        "kind": "decrypt",
        "ciphertext": _SEALED_PUSH,
        "msg_signature": "4c0df2741af6f0fc2257692b119ef47f8d51c737",
        "signature": "33b69cd21a3dede509f2c7754f5cbcb623e71411",
        "plaintext": "<xml><ToUserName>gh_office</ToUserName><FromUserName>oAunt-Wang_0001</FromUserName><CreateTime>"
        "1795600001</CreateTime><MsgType>text</MsgType><Content>垃圾怎么分？</Content><MsgId>1</MsgId></xml>",
    },
    {
        **_COMMON,
        "id": "own_echo",
        "kind": "decrypt",
        "ciphertext": "FnLfmgFa3b4lsUn81PwOPXJ0NfJ3uxNBMicdP6T+EQqdiq2OUfYiLMfPFYp4goyxCRHUFPUr/Nu5VOXUs2P01Q==",
        "msg_signature": "d3e48007ca233e17c427a5c312cb078184a55bf6",
        "plaintext": "4375120948345356249",
    },
    {
        **_COMMON,
        "id": "own_reply",
        "kind": "encrypt",
        "ciphertext": "FnLfmgFa3b4lsUn81PwOPXJ0NfJ3uxNBMicdP6T+EQqdiq2OUfYiLMfPFYp4goyxCRHUFPUr/Nu5VOXUs2P01Q==",
        "msg_signature": "d3e48007ca233e17c427a5c312cb078184a55bf6",
        "plaintext": "4375120948345356249",
    },
    {
        **_COMMON,
        "id": "own_address_check",
        "kind": "url_verify",
        "signature": "33b69cd21a3dede509f2c7754f5cbcb623e71411",
        "echostr": "4375120948345356249",
    },
]
