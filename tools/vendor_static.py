"""Fetch the console's foreign files anew: htmx, Bootstrap and ECharts from npm, in the versions below, checked.

Usage: python tools/vendor_static.py        Needs npm; writes bot/console/static/vendor/ with licences and VERSIONS.

To change a version, write it below with the `dist.integrity` that `npm view NAME@VERSION dist.integrity` prints.
"""

import base64
import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "bot" / "console" / "static" / "vendor"


@dataclass(frozen=True, slots=True)
class Package:
    """A package of npm, and which of its files become which of ours."""

    name: str
    version: str
    integrity: str  # sha512-…
    files: Mapping[str, str]


PACKAGES = (
    Package(
        "htmx.org",
        "2.0.11",
        "sha512-Thx/WtpeOQqSrqBCw/A1cwGJGg4UrVa3+sW0GmrM3p4gJgO89ecH4qtbnyzDDWFvBTqjnIMCgELTNt636dtamA==",
        {"dist/htmx.min.js": "htmx.js", "LICENSE": "htmx.LICENSE"},
    ),
    Package(
        "bootstrap",
        "5.3.9",
        "sha512-20cU0rcfw8WdxtVbmfU+xT2EjvVTw9Ror/h1Qvd7DXCujRg8OO9mdBCsmTHdJFf3BuadmBNJtgIuUXsBqSkk/w==",
        {
            "dist/css/bootstrap.min.css": "bootstrap.css",
            "dist/js/bootstrap.bundle.min.js": "bootstrap.js",
            "LICENSE": "bootstrap.LICENSE",
        },
    ),
    Package(
        "echarts",
        "6.1.0",
        "sha512-q0yaFPggC9FUdsWH4blavRWFmxdrIodbkoKNAjJudAI6CA9gNPxHtV2RcZNEepZVlk4yvBYkOkbk6HIVpIyHZA==",
        {"dist/echarts.simple.min.js": "echarts.js", "LICENSE": "echarts.LICENSE", "NOTICE": "echarts.NOTICE"},
    ),
)
_PICTURE = re.compile(r'url\("data:image/svg\+xml,([^"]+)"\)')
_DARK_RULE = re.compile(r"([^{}]*\[data-bs-theme=dark\][^{}]*)\{([^{}]*)\}")
_SOURCE_MAP = re.compile(r"\n?(?://# |/\*# )sourceMappingURL=\S+(?: \*/)?\s*$")


def main() -> None:
    if VENDOR.exists():
        shutil.rmtree(VENDOR)
    VENDOR.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        for package in PACKAGES:
            take(package, Path(folder))
    take_pictures_out(VENDOR / "bootstrap.css")
    write_automatic_colours(VENDOR / "bootstrap.css", VENDOR / "bootstrap-auto.css")
    write_versions()


def take(package: Package, folder: Path) -> None:
    """Download one package, check it, and copy the files that are wanted."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{package.name}@{package.version}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    archive = folder / done.stdout.split()[-1]
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != package.integrity:
        raise SystemExit(f"{package.name}@{package.version} isn't what it was: sha512-{digest}")
    with tarfile.open(archive) as opened:
        for source, name in package.files.items():
            member = opened.extractfile(f"package/{source}")
            assert member is not None
            text = _SOURCE_MAP.sub("\n", member.read().decode("utf-8"))
            (VENDOR / name).write_text(text, encoding="utf-8")


def take_pictures_out(css: Path) -> None:
    """Turn pictures inside the style sheet into files: our content policy allows no data: addresses."""
    (css.parent / "pictures").mkdir()

    def put(found: re.Match[str]) -> str:
        picture = unquote(found[1].replace("\\'", "'"))
        name = f"pictures/{hashlib.sha256(picture.encode()).hexdigest()[:12]}.svg"
        (css.parent / name).write_text(picture + "\n", encoding="utf-8")
        return f'url("{name}")'

    css.write_text(_PICTURE.sub(put, css.read_text(encoding="utf-8")), encoding="utf-8")


def write_automatic_colours(css: Path, automatic: Path) -> None:
    """Repeat Bootstrap's dark rules for `data-bs-theme=auto` where the system is dark, which needs no script."""
    rules = [
        f"{selector.strip().replace('=dark', '=auto')}{{{body}}}"
        for selector, body in _DARK_RULE.findall(css.read_text(encoding="utf-8"))
    ]
    text = "@media (prefers-color-scheme:dark){\n" + "\n".join(rules) + "\n}\n"
    automatic.write_text("/* From bootstrap.css by tools/vendor_static.py. */\n" + text, encoding="utf-8")


def write_versions() -> None:
    """Say what stands here, and what was changed."""
    lines = [f"{package.name} {package.version} {package.integrity}" for package in PACKAGES]
    note = "Written by tools/vendor_static.py; bootstrap.css: pictures taken out, nothing else changed."
    (VENDOR / "VERSIONS").write_text("\n".join([note, *lines]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
