"""The `wenming` command as an operator types it, against a service of its own settings."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main
from tests.town import SEAL_KEY, free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture
def service(environment: dict[str, str], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The running service, as its own process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "serve"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("wenming: listening on"):
            break
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    result: dict[str, object] = json.loads(capsys.readouterr().out)
    return result


def test_a_wrong_setting_is_named_with_a_hint(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AES_KEY", "short")
    monkeypatch.delenv("APP_SECRET")
    assert main(["serve"]) == 1
    words = capsys.readouterr().err
    assert "AES_KEY: an EncodingAESKey has 43 letters and digits" in words
    assert "APP_SECRET: is missing; see .env.example" in words


def test_the_test_clock_is_refused_on_a_live_account(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOCK_OFFSET_FILE", "clock")
    assert main(["serve"]) == 1
    assert "CLOCK_OFFSET_FILE" in capsys.readouterr().err


def test_ask_works_before_anything_is_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["ask", "每周五的大扫除怎么参加"]) == 0
    words = capsys.readouterr().out
    assert "星期五" in words
    assert "answer:" in words
    assert main(["ask", "qwertyuiop"]) == 0
    assert "答不上来" in capsys.readouterr().out


def test_a_live_account_answers_only_what_a_named_person_approved(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"]) == 0
    counted = said(capsys)["articles"]
    assert isinstance(counted, dict)
    assert set(counted) == {"sample"}
    assert main(["ask", "大扫除"]) == 0
    assert "no published article" in capsys.readouterr().out
    assert main(["knowledge", "approve", "--by", "张三"]) == 1
    assert "name the articles, or say --all" in capsys.readouterr().err
    assert main(["knowledge", "approve", "--all", "--by", "张三"]) == 0
    assert said(capsys)["articles"] == {"approved": counted["sample"]}
    assert main(["ask", "每周五的大扫除怎么参加"]) == 0
    assert "星期五" in capsys.readouterr().out
    assert main(["knowledge", "withdraw", "friday-cleanup", "--by", "张三"]) == 0
    capsys.readouterr()
    assert main(["knowledge", "import-start"]) == 0
    assert said(capsys)["changed"] == 0, "what staff have approved or withdrawn stays as it is"


def test_quiet_is_set_inside_the_running_service(
    service: subprocess.Popen[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["quiet", "on"]) == 1
    assert "say why" in capsys.readouterr().err
    assert main(["quiet", "on", "上级检查"]) == 0
    assert said(capsys)["reason"] == "上级检查"
    assert main(["quiet", "status"]) == 0
    assert said(capsys)["quiet"] is True
    assert main(["quiet", "off"]) == 0
    assert said(capsys) == {"quiet": False}
    assert service.poll() is None


def test_quiet_works_where_no_service_runs(environment: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["quiet", "on", "演练"]) == 0
    capsys.readouterr()
    assert main(["quiet", "status"]) == 0
    assert said(capsys)["reason"] == "演练"


def test_a_second_service_on_the_same_file_is_refused(
    service: subprocess.Popen[str],
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    assert main(["serve"]) == 1
    assert "in use by another wenming process" in capsys.readouterr().err


def test_a_taken_port_is_explained(
    service: subprocess.Popen[str],
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    monkeypatch.setenv("CONTROL_SOCKET", f"{tmp_path}/other.sock")
    assert main(["serve"]) == 1
    assert "address already in use" in capsys.readouterr().err


def test_the_control_socket_is_for_its_owner_only(service: subprocess.Popen[str], environment: dict[str, str]) -> None:
    assert Path(environment["CONTROL_SOCKET"]).stat().st_mode & 0o777 == 0o600


def test_an_unreachable_platform_is_said_in_one_line(
    environment: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["menu", "push"]) == 1
    words = capsys.readouterr().err
    assert words.startswith("wenming: ")
    assert "Traceback" not in words


def test_keys_are_made_and_rotated(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"]) == 0
    capsys.readouterr()
    assert main(["new-key"]) == 0
    fresh = capsys.readouterr().out.strip()
    monkeypatch.setenv("SECRET_KEYS", f"{fresh},{SEAL_KEY}")
    assert main(["rotate-keys"]) == 0
    assert said(capsys) == {"renewed": 0}
    monkeypatch.setenv("SECRET_KEYS", "not-a-key")
    assert main(["rotate-keys"]) == 1
    assert "SECRET_KEYS: not a key" in capsys.readouterr().err


def test_the_service_stops_at_sigterm_with_code_0(service: subprocess.Popen[str]) -> None:
    service.send_signal(signal.SIGTERM)
    assert service.wait(timeout=20) == 0


def test_wrong_use_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fly"])
    assert ended.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_an_older_database_is_refused_with_advice(
    environment: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"]) == 0
    capsys.readouterr()
    asyncio.run(age_database(environment["DATABASE_URL"]))
    assert main(["serve"]) == 1
    assert "run `wenming migrate`" in capsys.readouterr().err
    assert main(["doctor", "--offline"]) == 1
    assert "FAIL  migrations: at 0000" in capsys.readouterr().out


async def age_database(url: str) -> None:
    from store.database import open_database

    database = open_database(url)
    await database.write(lambda conn: conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'"))
    await database.close()
