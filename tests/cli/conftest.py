"""Settings for commands that are run as an operator types them."""

from pathlib import Path

import pytest

from tests.town import AES_KEY, APP_ID, SEAL_KEY, SECRET, TOKEN, free_port


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Complete settings of an account whose platform isn't there."""
    monkeypatch.chdir(tmp_path)
    values = {
        "ACCOUNT_KIND": "verified_service",
        "APP_ID": APP_ID,
        "APP_SECRET": SECRET,
        "CALLBACK_TOKEN": TOKEN,
        "AES_KEY": AES_KEY,
        "WECHAT_API_URL": f"http://127.0.0.1:{free_port()}",
        "PORT": str(free_port()),
        "DATABASE_URL": f"sqlite:///{tmp_path}/wenming.db",
        "CONTROL_SOCKET": f"{tmp_path}/control.sock",
        "FILES_DIR": f"{tmp_path}/files",
        "SECRET_KEYS": SEAL_KEY,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values
