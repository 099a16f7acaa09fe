"""The wheel holds the whole program, its data files too, and the licence."""

import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from tests.house import PACKAGES, ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the wheel."""
    built = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    with zipfile.ZipFile(next(iter(built))) as archive:
        return set(archive.namelist())


def test_every_file_of_the_program_is_in_it(wheel: set[str]) -> None:
    ours = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert ours
    assert {name for name in wheel if ".dist-info/" not in name} == ours


def test_data_files_are_among_them(wheel: set[str]) -> None:
    kinds = {Path(name).suffix for name in wheel}
    assert {".py", ".html", ".js", ".css"} <= kinds
    assert any(name.startswith("store/start/") for name in wheel)
    assert any(name.startswith("store/migrations/versions/") for name in wheel)


def test_licence_and_command_are_in_it(wheel: set[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in wheel)
    assert any(name.endswith(".dist-info/entry_points.txt") for name in wheel)
