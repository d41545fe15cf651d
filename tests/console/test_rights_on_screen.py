"""Every page and form, for every role and for networks that are not theirs: who gets in, and who does not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from broadcast.drafting import drafts
from broadcast.drafting.drafts import WrittenAlert
from console.pages.all_pages import ROUTERS
from console.security.headers import HEADERS
from directory.actor import Role
from directory.users.known import known_user
from tests.console.desk_of_tests import OURS, Browser, Screen
from tests.support.office import TEXT, Office
from tests.support.people import DE_BIST, network_of
from tests.support.reports import AN, reported

OTHERS = "witven"
DRAFT = uuid4()
GETS_IN, IS_REFUSED, MUST_SIGN_IN = {200, 303, 409}, {403, 404}, {303, 401}
FOREIGN: Mapping[str, Mapping[str, str]] = {
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "a site beside ours": {"Sec-Fetch-Site": "same-site"},
    "an older browser elsewhere": {"Origin": "https://elsewhere.example"},
    "a sandbox": {"Origin": "null"},
    "a program": {},
}


@dataclass(frozen=True)
class Person:
    """Somebody at the screen."""

    name: str
    role: Role
    networks: tuple[str, ...] = ()

    @property
    def is_here(self) -> bool:
        return not self.networks or DE_BIST in self.networks

    @property
    def is_police(self) -> bool:
        return self.role not in {Role.COORDINATOR, Role.STREET_LEAD}


OWNER = Person("Officier Baas", Role.OFFICER)
PEOPLE = (
    Person("Beheerder", Role.ADMINISTRATOR),
    OWNER,
    Person("Officier Hier", Role.OFFICER, (DE_BIST,)),
    Person("Officier Elders", Role.OFFICER, (OTHERS,)),
    Person("Wijkagent Hier", Role.NEIGHBOURHOOD_OFFICER, (DE_BIST,)),
    Person("Wijkagent Elders", Role.NEIGHBOURHOOD_OFFICER, (OTHERS,)),
    Person("Coordinator Hier", Role.COORDINATOR, (DE_BIST,)),
    Person("Coordinator Elders", Role.COORDINATOR, (OTHERS,)),
    Person("Straat Hier", Role.STREET_LEAD, (DE_BIST,)),
    Person("Straat Elders", Role.STREET_LEAD, (OTHERS,)),
)
OPEN = {"/sign-in", "/invitation/{token}", "/healthy"}
"""For whoever comes."""
EVERYBODY = {"/", "/account", "/language", "/sign-out", "/ready", "/stream"}
SENDERS = {"/alerts", "/reports", "/live/new"}
HERE = ("/alerts/{number}", "/reports/{number}", "/live/new?", "/stream?")
LEADS_TO = {
    "{number}": "1",
    "{request_id}": str(DRAFT),
    "{network}": "1",
    "{language}": "nl",
    "{token}": "nobodys",
}
ALSO = ("/live/new?report=1", "/live/new?follows=1&kind=all-clear", "/stream?alert=1")
"""Pages that show something of a network when they are asked so."""
FIELDS: Mapping[str, str] = {"street": "Dorpsstraat", "text-nl": TEXT, "urgent": "yes", "worth": "known"}


def may(person: Person, path: str) -> bool:
    if path in EVERYBODY or (path == "/stream?reports=1" and person.is_police):
        return True
    if path.startswith("/users"):
        return person.role is Role.ADMINISTRATOR
    if path.startswith("/live/drafts/"):
        return person == OWNER
    if path.startswith(HERE):
        return person.is_police and person.is_here
    assert path in SENDERS, path
    return person.is_police


def addresses() -> list[tuple[str, str, str]]:
    """Method, path and address of every page and form; what ends or removes something comes last."""
    routes: list[Any] = [route for router in ROUTERS for route in router.routes]
    found = [(method, route.path) for route in routes for method in sorted(route.methods)]
    found += [("GET", path) for path in ALSO]
    last = ("/remove", "/sign-out", "/throw-away", "/call", "/cancel")
    found.sort(key=lambda one: (one[1] == "/sign-out", "/remove" in one[1], one[1].endswith(last), one))
    return [(method, path, _filled(path)) for method, path in found]


def _filled(path: str) -> str:
    if path.startswith("/users/{number}"):
        return path.replace("{number}", "11")
    for name, value in LEADS_TO.items():
        path = path.replace(name, value)
    return path


async def asks(
    browser: Browser,
    method: str,
    address: str,
    token: str,
    headers: Mapping[str, str] = OURS,
) -> int:
    """The status of the answer."""
    if method == "GET":
        return (await browser.client.get(address)).status_code
    data = dict(FIELDS) | ({"token": token} if token else {})
    return (await browser.client.post(address, data=data, headers=dict(headers))).status_code


@pytest.fixture
async def street(screen: Screen, office: Office) -> Screen:
    """A network with an alert, a report and a draft, and people of this and another one."""
    await network_of(screen.engine, {"An": [AN]})
    await network_of(screen.engine, {}, slug=OTHERS)
    for person in PEOPLE:
        await screen.user(person.name, person.role, *person.networks)
    await screen.user("Overbodig", Role.OFFICER)
    await office.sends()
    await reported(screen.engine)
    async with screen.engine.begin() as connection:
        owner = await known_user(connection, PEOPLE.index(OWNER) + 1)
        written = WrittenAlert(networks=[DE_BIST], texts={"nl": TEXT}, urgent=True)
        await drafts.keep(connection, owner.actor, DRAFT, written)
    return screen


@pytest.mark.thorough
@pytest.mark.timeout(600)
async def test_every_page_and_every_form_is_for_those_whose_it_is(
    street: Screen, capsys: pytest.CaptureFixture[str]
) -> None:
    cells, wrong = 0, []
    # Whoever is refused comes first: nothing of what they try may be done.
    people = sorted(PEOPLE, key=lambda one: (one.is_police, one.is_here, one == OWNER, one.role))
    for person in people:
        async with street.browser(person.name) as browser:
            token = await browser.token()
            for method, path, address in addresses():
                if path in OPEN:
                    continue
                status = await asks(browser, method, address, token)
                cells += 1
                if status not in (GETS_IN if may(person, path) else IS_REFUSED):
                    wrong.append((person.name, method, address, status))
    async with street.browser() as nobody:
        for method, path, address in addresses():
            if path not in OPEN:
                status = await asks(nobody, method, address, "")
                cells += 1
                if status not in (MUST_SIGN_IN if method == "GET" else {401}):
                    wrong.append(("nobody", method, address, status))
    with capsys.disabled():
        print("".join(f"\nwrong: {one}" for one in wrong))
        print(f"rights: cells={cells} wrong={len(wrong)}")
    assert wrong == []


async def test_no_form_is_taken_from_another_site_or_without_its_token(street: Screen) -> None:
    cells, wrong = 0, []
    async with street.browser("Beheerder") as browser:
        token = await browser.token()
        for method, path, address in addresses():
            if method == "GET":
                continue
            tried = {name: await asks(browser, method, address, token, how) for name, how in FOREIGN.items()}
            if path not in OPEN:
                tried["no token"] = await asks(browser, method, address, "")
                tried["a token of another session"] = await asks(browser, method, address, "0" * 64)
            cells += len(tried)
            wrong += [(address, *one) for one in tried.items() if one[1] != 403]
    assert cells > 50
    assert wrong == []


async def test_an_older_browser_that_names_our_own_address_is_let_in(street: Screen) -> None:
    async with street.browser("Beheerder") as browser:
        ours = {"Origin": "http://buurtbel.test"}
        assert await asks(browser, "POST", "/language", await browser.token(), ours) == 303


async def test_every_answer_forbids_what_no_page_of_ours_does(street: Screen) -> None:
    async with street.browser("Beheerder") as browser:
        for address in ("/", "/sign-in", "/nowhere", "/static/desk.css", "/healthy"):
            answer = await browser.open(address)
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS
            assert "unsafe" not in answer.headers["Content-Security-Policy"]
            assert " style=" not in answer.text
            assert "<script>" not in answer.text


async def test_nobody_is_sent_to_another_site_after_signing_in(street: Screen) -> None:
    async with street.browser() as browser:
        digits = street.digits("Beheerder")
        for there in ("//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "nowhere"):
            answer = await browser.sign_in("Beheerder", "vier gewone woorden samen", digits, there)
            assert answer.headers.get("location", "/") == "/"
