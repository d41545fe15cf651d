"""The screen of the tests: its application on a real database, and browsers without a window (httpx)."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import httpx
import pyotp
from fastapi import FastAPI
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broadcast.alert.desk import Desk
from broadcast.alert.own_numbers import OwnNumbers
from broadcast.drafting.beginning import Beginning
from broadcast.policy import BroadcastPolicy
from console.app import make_app
from console.parts import Parts, Ready, ReadySign
from console.policy import ConsolePolicy
from directory.actor import Role
from directory.officers.lockout_policy import LockoutPolicy
from directory.users import users
from directory.users.invitations import accept, invited
from directory.users.session_policy import SessionPolicy
from directory.users.tables import User
from storage.transactions import Transactions
from tests.support.people import ADMIN

ADDRESS = "http://buurtbel.test"
PASSWORD = "vier gewone woorden samen"
OURS = {"Sec-Fetch-Site": "same-origin"}
PAGE = {"Accept": "text/html", "Accept-Language": "nl"}


class ReadyAlways:
    """Nothing is in the way of an alert."""

    async def now(self) -> Ready:
        return Ready([ReadySign("line", ok=True, says="waits for calls")], None, 0, 30, 1.0)

    def minutes(self, people: int, seconds: float, nodes: int) -> int | None:
        return 2


@dataclass
class Screen:
    """The application, and who works at it."""

    app: FastAPI
    parts: Parts
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def engine(self) -> AsyncEngine:
        return self.parts.database.engine

    async def user(self, name: str, role: Role, *networks: str) -> int:
        """Somebody who has accepted an invitation; without networks an officer has all of them."""
        async with self.engine.begin() as connection:
            token = await users.invite(
                connection,
                ADMIN,
                name,
                role,
                networks=networks,
                all_networks=not networks,
                policy=self.parts.sessions,
            )
            self.secrets[name] = (await invited(connection, token)).secret
            digits = pyotp.TOTP(self.secrets[name]).now()
            user = await accept(connection, token, PASSWORD, digits)
            # The same half minute may be used again, for tests do not wait for the next.
            await connection.execute(update(User).values(totp_step=0))
        return user

    def digits(self, name: str) -> str:
        return pyotp.TOTP(self.secrets[name]).at(datetime.now(UTC))

    @asynccontextmanager
    async def browser(self, name: str = "") -> AsyncIterator["Browser"]:
        """A browser; with a name, somebody has signed in there."""
        transport = httpx.ASGITransport(app=until_it_says_something(self.app), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=PAGE) as client:
            browser = Browser(client)
            if name:
                signed = await browser.sign_in(name, PASSWORD, self.digits(name))
                assert signed.status_code == 303, signed.text
                async with self.engine.begin() as connection:
                    await connection.execute(update(User).values(totp_step=0))
            yield browser

    async def count(self, rows: str) -> int:
        async with self.engine.connect() as connection:
            return int(await connection.scalar(text(f"SELECT count(*) FROM {rows}")) or 0)


class Browser:
    """Opens pages and sends their forms as a browser does."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self._token = ""

    async def sign_in(self, name: str, password: str, digits: str, next_: str = "/") -> httpx.Response:
        typed = {"name": name, "password": password, "digits": digits, "next": next_}
        return await self.client.post("/sign-in", data=typed, headers=OURS)

    async def open(self, address: str) -> httpx.Response:
        answer = await self.client.get(address)
        if found := re.search(r'name="token" value="([0-9a-f]+)"', answer.text):
            self._token = found[1]
        return answer

    async def token(self) -> str:
        """Of a form of this session."""
        if not self._token:
            await self.open("/account")
        return self._token

    async def send(self, address: str, **fields: str | list[str]) -> httpx.Response:
        """Send a form of ours."""
        data = {"token": await self.token(), **fields}
        return await self.client.post(address, data=data, headers=OURS)


def parts_of_tests(engine: AsyncEngine, desk: Desk, countdown: float = 0.0) -> Parts:
    policy = BroadcastPolicy()
    return Parts(
        database=Transactions(engine),
        desk=desk,
        beginning=Beginning(engine, desk, policy, OwnNumbers()),
        readiness=ReadyAlways(),
        policy=ConsolePolicy(url=ADDRESS, countdown=countdown),
        sessions=SessionPolicy(),
        lockout=LockoutPolicy(),
        clock=ZoneInfo("Europe/Brussels"),
        zone="Politie Zuiderkempen",
        is_simulated=True,
    )


def screen_of(engine: AsyncEngine, desk: Desk, countdown: float = 0.0) -> Screen:
    parts = parts_of_tests(engine, desk, countdown)
    return Screen(make_app(parts), parts)


def until_it_says_something(app: ASGIApp) -> ASGIApp:
    """The application for browsers that leave once something of an answer has come: a stream never ends."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        has_asked, has_come, goes_on = False, asyncio.Event(), False

        async def asked() -> Message:
            nonlocal has_asked
            if has_asked:
                await has_come.wait()
                return {"type": "http.disconnect"}
            message = await receive()
            has_asked = not message.get("more_body")
            return message

        async def answered(message: Message) -> None:
            nonlocal goes_on
            await send(message)
            goes_on = bool(message.get("more_body"))
            if message.get("body"):
                has_come.set()

        await app(scope, asked, answered)
        if goes_on:  # it was left in the middle, as a browser leaves it
            await send({"type": "http.response.body"})

    return answering
