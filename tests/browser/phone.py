"""A citizen's hands and eyes on the phone page."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Protocol

from playwright.async_api import ConsoleMessage, Dialog, Error, Locator, Page, ViewportSize, expect

from tests.browser.demo import Demo

WIDE = ViewportSize(width=1280, height=860)
NARROW = ViewportSize(width=390, height=844)
_MOST_TABS = 30  # more key presses than the phone has stops; the traffic beside it may have hundreds


@dataclass  # without slots: Playwright hangs its own attributes on whoever listens to events
class Phone:
    """The phone page in one citizen's hand."""

    page: Page
    openid: str
    complaints: list[str] = field(
        default_factory=list
    )  # of the browser: errors, warnings, dialogs that nobody asked for

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

    @property
    def bubbles(self) -> Locator:
        """Return what the account has said, oldest first."""
        return self.page.locator('[data-testid="bubble"][data-from="account"] > .bubble')

    def own(self, kind: str = "text") -> Locator:
        """Return what the citizen has sent of this kind and the platform has taken, oldest first."""
        return self.page.locator(f'[data-testid="bubble"][data-from="citizen"][data-kind="{kind}"][data-id] > .bubble')

    def get(self, hook: str, *, text: str | None = None) -> Locator:
        """Return elements by the hook that the page keeps for tests, and by their words."""
        found = self.page.get_by_test_id(hook)
        return found if text is None else found.filter(has_text=text)

    async def answer_to(self, act: Awaitable[object]) -> str:
        """Do something and return the account's answer to it, once the platform has given its verdict."""
        before = await self.bubbles.count()
        await act
        await expect(self.bubbles).to_have_count(before + 1)
        await expect(self.get("sending")).to_have_count(0)
        return await self.bubbles.last.inner_text()

    async def follows(self, press: Awaitable[object] | None = None) -> str:
        """Press the green button of the profile, with a click unless told how, and return the welcome."""
        welcome = await self.answer_to(press or self.get("profile-follow").click())
        await expect(self.get("profile")).to_be_hidden()
        return welcome

    async def says(self, text: str) -> str:
        """Write a message, send it with Enter and return the answer."""
        await self.takes_keyboard()
        await self.get("composer").fill(text)
        return await self.answer_to(self.get("composer").press("Enter"))

    async def takes_keyboard(self) -> None:
        """Have the text field at the bottom instead of the menu, where there is a menu."""
        if not await self.get("composer").is_visible():
            await self.get("menu-toggle").click()

    async def takes_menu(self) -> None:
        """Have the menu at the bottom instead of the text field."""
        if not await self.get("menu").is_visible():
            await self.get("menu-toggle").click()

    async def clicks(self, group: str, item: str) -> str:
        """Click a button of the bottom menu and return the answer."""
        await self.takes_menu()
        await self.get("menu-button", text=group).click()
        return await self.answer_to(self.get("menu-item", text=item).click())

    async def taps(self, words: str) -> str:
        """Tap a link of the account's last message and return the answer."""
        return await self.answer_to(self.bubbles.last.get_by_test_id("bubble-link").filter(has_text=words).click())

    async def offered(self) -> list[str]:
        """Return the words of the links of the account's last message."""
        return await self.bubbles.last.get_by_test_id("bubble-link").all_inner_texts()

    async def opens_plus(self, tile: str) -> None:
        """Open the + panel and press one of its tiles."""
        await self.takes_keyboard()
        await self.get("plus").click()
        await self.get(tile).click()

    async def sends_voice(self) -> str:
        """Send three seconds of voice and return the answer."""
        await self.opens_plus("plus-voice")
        return await self.answer_to(self.get("sheet-submit").click())

    async def sends_sample_photo(self) -> str:
        """Send the first of the drawn photos and return the answer."""
        await self.opens_plus("plus-photo")
        return await self.answer_to(self.get("photo-sample").first.click())

    async def sends_at_once(self, tile: str) -> str:
        """Press a tile of the + panel that sends without asking, and return the answer."""
        await self.takes_keyboard()
        await self.get("plus").click()
        return await self.answer_to(self.get(tile).click())

    async def unfollows(self) -> None:
        """Leave the account through the menu in the corner."""
        await self.get("phone-menu").click()
        await self.get("follow").click()
        await self.get("unfollow-confirm").click()
        await expect(self.get("profile")).to_be_visible()

    async def focused(self) -> str:
        """Return the hook of the element that has the keyboard, "" for one without."""
        return str(await self.page.evaluate("document.activeElement.dataset.testid ?? ''"))

    async def tabs_to(self, hook: str) -> None:
        """Walk with the Tab key until this element has the keyboard."""
        for _ in range(_MOST_TABS):
            await self.page.keyboard.press("Tab")
            if await self.focused() == hook:
                return
        raise AssertionError(f"{hook} can't be reached with the Tab key")


class OpenPhone(Protocol):
    """Opens the phone page as a new citizen; `narrow` on a real phone's screen, with touch."""

    async def __call__(self, demo: Demo, name: str = ..., *, narrow: bool = ...) -> Phone: ...
