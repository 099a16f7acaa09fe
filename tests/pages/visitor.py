"""Somebody with a browser that knows nothing but addresses and forms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

from tests.conversations.personal import address_in
from tests.town import Citizen, Town

_HIDDEN = re.compile(r'name="token" value="([^"]+)"')
_EXPORT = re.compile(r'href="(/my/export\?token=[^"]+)"')


@dataclass(frozen=True, slots=True)
class Page:
    """What came back."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def erase_token(self) -> str:
        """Return the hidden token of the form that erases."""
        return self._find(_HIDDEN)

    @property
    def export_path(self) -> str:
        """Return where the file is to be had."""
        return self._find(_EXPORT)

    def _find(self, pattern: re.Pattern[str]) -> str:
        found = pattern.search(self.text)
        assert found, self.text
        return unescape(found[1])


async def get(town: Town, address: str) -> Page:
    """Open an address, or a path of the service."""
    url = address if address.startswith("http") else f"{town.address}{address}"
    async with town.session.get(url, allow_redirects=False) as answer:
        return Page(answer.status, await answer.text(), answer.headers)


async def post(town: Town, path: str, **fields: str) -> Page:
    """Send a form."""
    async with town.session.post(f"{town.address}{path}", data=fields, allow_redirects=False) as answer:
        return Page(answer.status, await answer.text(), answer.headers)


async def link_of(citizen: Citizen) -> str:
    """Ask for the address of the citizen's own page."""
    await citizen.says("我的信息")
    return address_in(citizen.heard)


async def open_own_page(town: Town, citizen: Citizen) -> Page:
    """Ask for the address and open it."""
    page = await get(town, await link_of(citizen))
    assert page.status == 200, page.text
    return page
