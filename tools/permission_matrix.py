"""Write docs/permissions.md anew from the console's route table. A test fails while the two differ.

Usage: python -m tools.permission_matrix
"""

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from bot.console.page import Access, Route, Subject
from bot.console.subjects import SUBJECTS
from bot.domain.permissions import PRESETS, Preset, needs_second_factor

FILE = Path(__file__).resolve().parent.parent / "docs" / "permissions.md"
_HEAD = """# Who may open what

Written by `./wenming develop tools.permission_matrix` from the console's route table (`bot/console/subjects.py`); a
test compares. Paths stand below `/desk`. *open*: without signing in; *setting up*: signed in, even if the second factor
is still to be set up; *signed in*: everybody who works here. Any other rule is a permission, which the presets have as
below; an administrator can add and take single ones (never to an auditor one that changes something). On top of the
rule, rows of other departments and venues are hidden: they answer 404, and the look is written into the audit log.
"""


def text() -> str:
    """Return the whole page."""
    return "\n".join([_HEAD, *_presets(), *(line for subject in SUBJECTS for line in _subject(subject))]) + "\n"


def _presets() -> Iterator[str]:
    yield "| Preset | Second factor | Permissions |\n|---|---|---|"
    for preset, permissions in PRESETS.items():
        second = "required" if needs_second_factor(preset, permissions) else "by choice"
        yield f"| `{preset}` | {second} | {', '.join(f'`{one}`' for one in sorted(permissions))} |"


def _subject(subject: Subject) -> Iterator[str]:
    title = files("bot.console") / "templates" / subject.name / "menu.html"
    yield f"\n## {title.read_text(encoding='utf-8').strip() if title.is_file() else subject.name}\n"
    yield f"| Route | Rule | {' | '.join(f'`{preset}`' for preset in Preset)} |"
    yield f"|---|---|{'---|' * len(Preset)}"
    for route in subject.routes:
        marks = ["✓" if _may(route, preset) else "–" for preset in Preset]
        yield f"| `{route.method} {route.path}` | {_rule(route)} | {' | '.join(marks)} |"


def _rule(route: Route) -> str:
    return f"*{route.rule.value.replace('_', ' ')}*" if isinstance(route.rule, Access) else f"`{route.rule}`"


def _may(route: Route, preset: Preset) -> bool:
    return isinstance(route.rule, Access) or route.rule in PRESETS[preset]


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
