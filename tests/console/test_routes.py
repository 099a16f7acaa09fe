"""Every route of the table: its rule holds over HTTP for every preset, an empty form never breaks it, it is listed."""

import re
import runpy
from collections.abc import Iterator

import pytest
from aiohttp import FormData
from sqlalchemy import Engine, event

from bot.console.page import Access, Route
from bot.console.subjects import SUBJECTS
from bot.domain.permissions import PRESETS, Permission, Preset
from tests.console.colleague import Colleague, Page, hire, sign_in
from tests.house import ROOT
from tests.town import Town

ROUTES = [route for subject in SUBJECTS for route in subject.routes]
TEMPLATES = sorted((ROOT / "bot/console/templates").rglob("*.html"))
NO_RIGHT = "没有打开这一页的权限"


def filled(path: str) -> str:
    """Return a path whose places name nothing that there is."""
    return re.sub(r"\{[^}]+\}", "999999", path)


async def knock(colleague: Colleague, route: Route, token: str) -> Page:
    """Ask for a route; a POST brings its token and nothing else."""
    if route.method == "GET":
        return await colleague.opens(filled(route.path), headers={"Accept": "text/html"})
    return await colleague.asks(route.method, filled(route.path), data=FormData({"csrf": token, "once": "n" * 22}))


def may(preset: Preset, route: Route) -> bool:
    return isinstance(route.rule, Access) or route.rule in PRESETS[preset]


def is_stream(route: Route) -> bool:
    return route.path.endswith("/feed")


async def token_of(colleague: Colleague) -> str:
    return (await colleague.opens("/search")).form("/theme").value("csrf")


def test_every_route_has_a_rule_and_stands_once() -> None:
    for route in ROUTES:
        assert isinstance(route.rule, Access | Permission), route
        assert route.method in {"GET", "POST"}, route
        assert route.path.startswith("/"), route
    known = [(route.method, route.path) for route in ROUTES]
    assert len(known) == len(set(known))


def test_only_signing_in_and_colours_are_open_to_everybody() -> None:
    opened = {route.path for route in ROUTES if route.rule is Access.OPEN}
    allowed = re.compile(r"/(theme|sign-in|sign-out|invitation|password)(/.*)?")
    assert not {path for path in opened if not allowed.fullmatch(path)}


async def test_nobody_gets_in_without_signing_in(town: Town) -> None:
    stranger = Colleague(town)
    for route in ROUTES:
        if route.rule is not Access.OPEN:
            page = await knock(stranger, route, "")
            assert page.leads_to.startswith("/sign-in"), route


@pytest.mark.parametrize("preset", Preset)
async def test_what_a_preset_may_not_is_refused(town: Town, preset: Preset) -> None:
    colleague = await hire(town, preset)
    token = await token_of(colleague)
    for route in ROUTES:
        if not may(preset, route):
            page = await knock(colleague, route, token)
            assert (page.status, NO_RIGHT in page.text) == (403, True), route


@pytest.mark.parametrize("preset", Preset)
async def test_what_a_preset_may_is_opened_and_an_empty_form_breaks_nothing(town: Town, preset: Preset) -> None:
    await hire(town, preset)
    for route in ROUTES:
        if may(preset, route) and not is_stream(route):
            colleague = await sign_in(town, preset)  # anew each time: some of these sign him out
            page = await knock(colleague, route, await token_of(colleague))
            assert page.status < 500, (route, page.text)
            assert NO_RIGHT not in page.text, route


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What is said to any database of this process, but for transactions' beginnings."""
    said: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield said
    event.remove(Engine, "before_cursor_execute", note)


async def test_no_page_asks_the_database_more_than_twenty_times(town: Town, statements: list[str]) -> None:
    colleague = await hire(town, Preset.ADMINISTRATOR, granted=list(Permission))
    await colleague.opens("/")
    for route in ROUTES:
        if route.method == "GET" and route.rule is not Access.OPEN and not is_stream(route):
            counts = []
            for _ in range(3):  # the town's jobs ask too, now and then: the least of three is the page's own
                statements.clear()
                await knock(colleague, route, "")
                counts.append(len([one for one in statements if not one.startswith(("BEGIN", "PRAGMA"))]))
            assert min(counts) <= 20, (route, statements)


def test_the_permission_matrix_is_as_the_routes_are() -> None:
    generated = runpy.run_path(str(ROOT / "tools/permission_matrix.py"))["text"]()
    written = (ROOT / "docs/permissions.md").read_text(encoding="utf-8")
    assert written == generated, "run: ./wenming develop tools.permission_matrix"


def tags(text: str, name: str) -> Iterator[str]:
    yield from re.findall(rf"<{name}\b[^>]*>", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.parent.name + "/" + path.name)
def test_no_template_brings_scripts_or_styles_or_forms_of_its_own_kind(template: object) -> None:
    assert hasattr(template, "read_text")
    text = re.sub(r"\{#.*?#\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
    for script in tags(text, "script"):
        assert "src=" in script, script
    assert not re.search(r"<style\b|\sstyle=|\shx-on|\son[a-z]+=|javascript:|\|\s*safe\b|autoescape", text)
    posts = [form for form in tags(text, "form") if re.search(r'method="?post', form, re.IGNORECASE)]
    assert len(posts) <= text.count('name="csrf"'), "use ui.form_start: its token is needed"
