"""`.env.example` and the READMEs name every setting with its default, and a wrong setting says so."""

import os
import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic_core import PydanticUndefined

from bot.settings import Settings, SettingsError, read_settings
from tests.house import ROOT

FIELDS = Settings.model_fields
REQUIRED = {"ACCOUNT_KIND", "APP_ID", "APP_SECRET", "CALLBACK_TOKEN", "SECRET_KEYS"}
FILLED = {
    "ACCOUNT_KIND": "verified_service",
    "APP_ID": "wx0123456789abcdef",
    "APP_SECRET": "secret",
    "CALLBACK_TOKEN": "token",
    "SECRET_KEYS": Fernet.generate_key().decode(),
}


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, no `.env` of this folder."""
    monkeypatch.chdir(tmp_path)
    for name in set(os.environ) & {field.upper() for field in FIELDS}:
        monkeypatch.delenv(name)


def example() -> str:
    return (ROOT / ".env.example").read_text(encoding="utf-8")


def as_written(value: object) -> str:
    if value is None or value == ():
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_setting_stands_in_the_example_once() -> None:
    names = re.findall(r"^(?:# )?([A-Z_]+)=", example(), re.MULTILINE)
    assert sorted(names) == sorted(field.upper() for field in FIELDS)


def test_what_must_be_filled_in_is_not_commented_out() -> None:
    assert set(re.findall(r"^([A-Z_]+)=$", example(), re.MULTILINE)) == REQUIRED


def test_the_defaults_shown_are_the_defaults() -> None:
    shown = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", example(), re.MULTILINE))
    real = {
        name.upper(): as_written(field.default)
        for name, field in FIELDS.items()
        if field.default is not PydanticUndefined and name.upper() not in REQUIRED
    }
    assert shown == real


def test_every_setting_has_a_line_of_explanation() -> None:
    unexplained = re.findall(r"\n\n(?:# )?([A-Z_]+)=", example())
    assert not unexplained


def fill(text: str) -> str:
    for name, value in FILLED.items():
        text = re.sub(rf"^{name}=$", f"{name}={value}", text, flags=re.MULTILINE)
    return text


def test_the_filled_example_is_accepted_with_its_defaults_written_out_or_not(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(fill(example()), encoding="utf-8")
    short = read_settings()
    assert short.app_id == FILLED["APP_ID"]
    (tmp_path / ".env").write_text(re.sub(r"(?m)^# (?=[A-Z_]+=.)", "", fill(example())), encoding="utf-8")
    assert read_settings() == short


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_an_empty_or_missing_setting_stops_with_its_name(name: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(fill(example()).replace(f"{name}={FILLED[name]}", f"{name}="), encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"(?m)^{name}: \w"):
        read_settings()
    (tmp_path / ".env").write_text(fill(example()).replace(f"{name}={FILLED[name]}", ""), encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"(?m)^{name}: \w"):
        read_settings()


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_s_table_has_every_setting(readme: str) -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(field.upper() for field in FIELDS)
