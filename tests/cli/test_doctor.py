"""`wenming doctor` against a healthy platform, a wrong secret and no platform at all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.doctor import Finding, examine
from tests.town import Town, open_town


@pytest.fixture
async def plain_town(tmp_path: Path, database_url: str) -> AsyncIterator[Town]:
    """A town whose settings can be put into the environment."""
    async with open_town(tmp_path, database_url) as town:
        yield town


def take_settings(town: Town, monkeypatch: pytest.MonkeyPatch, folder: Path, **changes: str) -> None:
    """Give the doctor the town's settings."""
    monkeypatch.chdir(folder)
    for name, value in town.settings.model_dump().items():
        if value is None or value == ():
            continue
        shown = ",".join(key.get_secret_value() for key in value) if name == "secret_keys" else value
        secret = getattr(shown, "get_secret_value", None)
        monkeypatch.setenv(name.upper(), secret() if secret else str(shown))
    for name, value in changes.items():
        monkeypatch.setenv(name.upper(), value)


def find(findings: list[Finding], about: str) -> str:
    return next(str(finding) for finding in findings if finding.about == about)


async def test_a_healthy_place(plain_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_settings(plain_town, monkeypatch, tmp_path)
    findings = await examine(offline=False)
    assert find(findings, "settings").startswith("ok")
    assert find(findings, "database").startswith("ok")
    assert find(findings, "clock").startswith("ok")
    assert find(findings, "token").startswith("ok")
    assert find(findings, "account") == "ok    account: verified_service: may do everything"
    assert "wenming knowledge approve" in find(findings, "knowledge")
    assert not any(finding.is_failure() for finding in findings)


async def test_a_wrong_secret_is_named(plain_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_settings(plain_town, monkeypatch, tmp_path, app_secret="wrong")
    findings = await examine(offline=False)
    assert find(findings, "token").startswith("FAIL")
    assert "APP_SECRET" in find(findings, "token")


async def test_no_platform(plain_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_settings(plain_town, monkeypatch, tmp_path, wechat_api_url="http://127.0.0.1:9")
    findings = await examine(offline=False)
    assert "check WECHAT_API_URL" in find(findings, "platform")


async def test_a_limited_account_is_told_what_it_lacks(
    plain_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_settings(plain_town, monkeypatch, tmp_path, account_kind="unverified_subscription", aes_key="")
    findings = await examine(offline=True)
    assert "customer_message" in find(findings, "account")
    assert "set AES_KEY" in find(findings, "encryption")


async def test_missing_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    findings = await examine(offline=True)
    assert any("ACCOUNT_KIND: is missing" in str(finding) for finding in findings)
    assert all(finding.is_failure() for finding in findings)


async def test_an_unreachable_database(plain_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_settings(plain_town, monkeypatch, tmp_path, database_url="postgresql+asyncpg://nobody@127.0.0.1:9/none")
    findings = await examine(offline=True)
    assert "check DATABASE_URL" in find(findings, "database")


async def test_nobody_to_alert_is_a_warning(plain_town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_settings(plain_town, monkeypatch, tmp_path, duty_robot_url="")
    assert find(await examine(offline=True), "duty").startswith("warn")
    monkeypatch.setenv("DUTY_ROBOT_URL", "http://robots.example/send?key=secret")
    unsafe = find(await examine(offline=True), "duty")
    assert unsafe.startswith("warn")
    assert "https" in unsafe
    monkeypatch.setenv("DUTY_ROBOT_URL", "https://robots.example/send?key=secret")
    assert find(await examine(offline=True), "duty") == "ok    duty: alerts go to the robot at robots.example"
    monkeypatch.setenv("DUTY_ROBOT_URL", "key=secret")
    wrong = find(await examine(offline=True), "settings")
    assert wrong.startswith("FAIL")
    assert "DUTY_ROBOT_URL" in wrong
    assert "secret" not in unsafe + wrong
