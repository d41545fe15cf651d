"""People at the screen: their browsers, and what they do with a keyboard."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page
from sqlalchemy import text

from buurtbel.assembly import Assembly
from directory.actor import Role
from directory.users import users
from directory.users.invitations import accept, invited
from tests.support.people import ADMIN

PASSWORD = "vier gewone woorden samen"
PATIENCE = 60.0
SCREENS = Path(".cache/screens")
"""Pictures of every page: looked at by whoever changes one."""
SIZES = {"wide": (1280, 900), "phone": (390, 844), "zoomed": (320, 640)}
"""A browser window of 1280 at 400 % shows as much as one of 320."""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@dataclass
class Findings:
    """What was seen on the way."""

    pages: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    login_to_ring: float = 0.0
    interactions: int = 0


@dataclass
class PoliceDesk:
    """The desk of a police zone, in tests."""

    assembly: Assembly
    browser: Browser
    findings: Findings = field(default_factory=Findings)
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return self.assembly.settings.console.address

    async def invites(self, name: str, role: Role = Role.OFFICER, *networks: str) -> str:
        """The link of an invitation."""
        async with self.assembly.engine.begin() as connection:
            token = await users.invite(
                connection,
                ADMIN,
                name,
                role,
                networks=networks,
                all_networks=not networks,
                policy=self.assembly.settings.session,
            )
            self.secrets[name] = (await invited(connection, token)).secret
        return f"{self.address}/invitation/{token}"

    async def employs(self, name: str, role: Role = Role.OFFICER, *networks: str) -> None:
        """Somebody who has accepted an invitation."""
        link = await self.invites(name, role, *networks)
        async with self.assembly.engine.begin() as connection:
            await accept(connection, link.rpartition("/")[2], PASSWORD, self.digits(name))
        await self.may_use_digits_again()

    async def may_use_digits_again(self) -> None:
        """The same half minute counts again: nobody here waits for the next."""
        async with self.assembly.engine.begin() as connection:
            await connection.execute(text("UPDATE screen_user SET totp_step = 0"))

    def digits(self, name: str) -> str:
        return pyotp.TOTP(self.secrets[name]).at(datetime.now(UTC))

    @asynccontextmanager
    async def at_screen(self, name: str, **options: Any) -> AsyncIterator[Page]:
        """A browser of their own, signed in."""
        context = await self.browser.new_context(locale="nl-BE", **options)
        try:
            page = await context.new_page()
            await self.signs_in(page, name)
            yield page
        finally:
            await context.close()

    async def signs_in(self, page: Page, name: str) -> None:
        await page.goto(f"{self.address}/sign-in")
        await page.get_by_label("Naam").fill(name)
        await page.get_by_label("Wachtwoord").fill(PASSWORD)
        await page.get_by_label("Zes cijfers").fill(self.digits(name))
        await page.get_by_role("button", name="Aanmelden").click()
        await page.get_by_role("link", name=name, exact=True).wait_for()
        await self.may_use_digits_again()

    async def asks(self, question: str, **values: object) -> Any:
        """One value from the database."""
        async with self.assembly.engine.connect() as connection:
            return await connection.scalar(text(question), values)

    async def until(self, question: str, **values: object) -> Any:
        """The value, once it is one."""
        deadline = time.monotonic() + PATIENCE
        while not (found := await self.asks(question, **values)):
            assert time.monotonic() < deadline, f"this did not come true: {question}"
            await asyncio.sleep(0.05)
        return found

    async def looks_at(self, page: Page, name: str, *, sizes: Sequence[str] = tuple(SIZES)) -> None:
        """Take pictures of the page, light and dark, and have axe look for what somebody cannot use."""
        self.findings.pages.add(name)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            for size in sizes if scheme == "light" else ("wide",):
                width, height = SIZES[size]
                await page.set_viewport_size({"width": width, "height": height})
                await self._scrolls_in_one_direction(page, f"{name} {size}")
                await page.screenshot(path=SCREENS / f"{name}-{scheme}-{size}.png", full_page=True)
            found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
            self.findings.violations += [
                f"{name} {scheme}: {one['id']}: {one['nodes'][0]['html'][:120]}"
                for one in found.response["violations"]
            ]
        await page.emulate_media(color_scheme="light")
        width, height = SIZES["wide"]
        await page.set_viewport_size({"width": width, "height": height})

    async def _scrolls_in_one_direction(self, page: Page, where: str) -> None:
        """WCAG 2.2, 1.4.10."""
        wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wider > 0:
            self.findings.violations.append(f"{where}: {wider} pixels wider than the window")


async def without_scripts(desk: PoliceDesk, name: str) -> tuple[BrowserContext, Page]:
    """A browser with scripts off, signed in."""
    context = await desk.browser.new_context(locale="nl-BE", java_script_enabled=False)
    page = await context.new_page()
    await desk.signs_in(page, name)
    return context, page
