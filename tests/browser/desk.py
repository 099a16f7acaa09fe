"""An officer's hands and eyes at the console: a browser of his own, and what it complained of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, ConsoleMessage, Dialog, Error, Locator, Page, ViewportSize

from tests.console.colleague import Colleague

SCREEN = ViewportSize(width=1400, height=900)
POCKET = ViewportSize(width=390, height=844)


@dataclass  # without slots: Playwright hangs its own attributes on whoever listens to events
class Screen:
    """A page of the console, somebody signed in before it."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)  # errors, warnings, broken policies, dialogs nobody asked for

    def watch(self) -> None:
        """Note from now on what the browser complains of."""
        self.page.on("console", self._note_console)
        self.page.on("pageerror", self._note_error)
        self.page.on("dialog", self._note_dialog)

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _note_error(self, error: Error) -> None:
        self.complaints.append(f"script: {error}")

    async def _note_dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    async def opens(self, path: str) -> None:
        """Open a page below /desk."""
        await self.page.goto(f"{self.address}/desk{path}")

    def get(self, selector: str, *, text: str | None = None) -> Locator:
        """Return elements by a selector, and by their words."""
        found = self.page.locator(selector)
        return found if text is None else found.filter(has_text=text)

    def button(self, name: str) -> Locator:
        """Return the visible button, or what opens a question, of exactly this name."""
        return self.page.locator("button:visible, summary:visible, a.btn:visible").get_by_text(name, exact=True)

    async def violations(self) -> list[str]:
        """Return what axe finds wrong with the page as it is."""
        found = await Axe().run(self.page)
        return [
            f"{one['id']}: {node['html'][:160]} {node['failureSummary']}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]


async def open_screen(
    browser: Browser, colleague: Colleague, *, viewport: ViewportSize = SCREEN, colours: str = "light"
) -> Screen:
    """Open a browser in which somebody is signed in; the caller closes `page.context`."""
    context = await browser.new_context(
        viewport=viewport,
        locale="zh-CN",
        color_scheme=colours,  # type: ignore[arg-type]
        reduced_motion="reduce",  # nothing is judged in the middle of a change of colours
    )
    address = colleague.address or colleague.town.address
    cookies: Mapping[str, str] = colleague.cookies
    await context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    screen = Screen(await context.new_page(), address)
    screen.watch()
    return screen
