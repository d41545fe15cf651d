"""An alert on the screen: from a street to the calls, and back when it is cancelled."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from directory.actor import Role
from tests.console.desk_of_tests import Browser, Screen, screen_of
from tests.support.office import TEXT, Office
from tests.support.people import DE_BIST, network_of, phone

AN, BERT, CIS = phone(10, 1), phone(10, 2), phone(10, 3)
STREET = "Kerkstraat"
OTHERS = "witven"


async def neighbours(screen: Screen) -> None:
    """Two networks; the street is in one of them."""
    await network_of(screen.engine, {"An": [AN], "Bert": [BERT]})
    await network_of(screen.engine, {"Cis": [CIS]}, slug=OTHERS)
    async with screen.engine.begin() as connection:
        await connection.execute(text("UPDATE member SET street = 'Kerkstraat' WHERE name = 'An'"))
        await connection.execute(text("UPDATE member SET street = 'Beukenlaan' WHERE name = 'Cis'"))


async def writes(browser: Browser, **fields: str) -> str:
    """Fill in the form of an alert and go on; returns the address of the draft."""
    draft = f"/live/drafts/{uuid4()}"
    given = {"street": STREET, "text-nl": TEXT, "urgent": "yes"} | fields
    answer = await browser.send(draft, **given)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"{draft}/check"
    return draft


async def confirms(browser: Browser, draft: str) -> None:
    looked = (await browser.open(f"{draft}/check")).text
    version = looked.split('name="version" value="')[1].split('"')[0]
    answer = await browser.send(f"{draft}/call", version=version)
    assert answer.headers["location"] == f"{draft}/countdown"


async def becomes(browser: Browser, draft: str) -> str:
    """The address of the alert that it becomes."""
    async with asyncio.timeout(20):
        while True:
            answer = await browser.open(f"{draft}/countdown")
            if answer.status_code == 303 and answer.headers["location"].startswith("/alerts/"):
                return answer.headers["location"]
            await asyncio.sleep(0.05)


async def test_a_street_finds_its_network_and_the_facts_are_shown_before_anybody_is_called(
    screen: Screen, office: Office
) -> None:
    await neighbours(screen)
    await screen.user("De Smet", Role.OFFICER)
    async with screen.browser("De Smet") as browser:
        draft = await writes(browser)
        facts = (await browser.open(f"{draft}/check")).text
        assert "Bel 2 leden van BIN De Bist NU (LIVE)" in facts
        assert "Witven" not in facts
        assert await office.count("broadcast") == 0
        await confirms(browser, draft)
        alert = await becomes(browser, draft)
        assert "BIN De Bist" in (await browser.open(alert)).text
    assert set(await office.open_calls()) == {AN, BERT}
    assert await office.count("kept_draft") == 0


async def test_what_is_listened_to_is_what_is_kept_for_the_calls(screen: Screen, office: Office) -> None:
    await neighbours(screen)
    await screen.user("De Smet", Role.OFFICER)
    async with screen.browser("De Smet") as browser:
        draft = await writes(browser)
        heard = (await browser.open(f"{draft}/sound/1/nl")).content
        await confirms(browser, draft)
        await becomes(browser, draft)
    async with office.engine.connect() as connection:
        kept = await connection.scalar(text("SELECT flac FROM audio JOIN pass ON pass.audio = audio.sha256"))
    assert kept == heard


async def test_an_alert_that_is_confirmed_twice_and_sent_twice_begins_once(
    screen: Screen, office: Office
) -> None:
    await neighbours(screen)
    await screen.user("De Smet", Role.OFFICER)
    async with screen.browser("De Smet") as browser, screen.browser("De Smet") as other:
        draft = await writes(browser)
        await asyncio.gather(*[confirms(one, draft) for one in (browser, other)], return_exceptions=True)
        await becomes(browser, draft)
        again = await browser.send(draft, street=STREET, urgent="yes", **{"text-nl": "Nog eens."})
        assert again.status_code == 409
    assert await office.count("broadcast") == 1


async def test_a_countdown_that_is_cancelled_calls_nobody_and_loses_no_word(office: Office) -> None:
    screen = screen_of(office.engine, office.desk, countdown=30.0)
    await neighbours(screen)
    await screen.user("De Smet", Role.OFFICER)
    async with screen.browser("De Smet") as browser:
        draft = await writes(browser)
        await confirms(browser, draft)
        assert "Niet bellen" in (await browser.open(f"{draft}/countdown")).text
        assert (await browser.send(f"{draft}/cancel")).headers["location"] == draft
        assert TEXT in (await browser.open(draft)).text
        await screen.app.state.running.starter._beginning.due()
    assert await office.count("broadcast") == 0


async def test_networks_that_were_chosen_for_another_street_are_not_called(
    screen: Screen, office: Office
) -> None:
    await neighbours(screen)
    await screen.user("De Smet", Role.OFFICER)
    async with screen.browser("De Smet") as browser:
        draft = await writes(browser, looked_up=STREET, network=DE_BIST, street="Beukenlaan")
        facts = (await browser.open(f"{draft}/check")).text
    assert "Bel 1 lid van BIN Witven NU (LIVE)" in facts


@pytest.mark.parametrize("street", ["", "laan", "straat", "zz"])
async def test_nobody_is_chosen_where_no_one_street_is_meant(screen: Screen, street: str) -> None:
    """`straat` is in one street alone, and that one is meant."""
    await neighbours(screen)
    async with screen.engine.begin() as connection:
        await connection.execute(text("UPDATE member SET street = 'Berkenlaan' WHERE name = 'Bert'"))
    await screen.user("De Smet", Role.OFFICER)
    async with screen.browser("De Smet") as browser:
        given = {"street": street, "text-nl": TEXT, "urgent": "yes"}
        answer = await browser.send(f"/live/drafts/{uuid4()}", **given)
    assert answer.status_code == (303 if street == "straat" else 409)


async def test_what_was_typed_is_kept_before_it_is_whole(screen: Screen) -> None:
    await neighbours(screen)
    await screen.user("De Smet", Role.OFFICER)
    async with screen.browser("De Smet") as browser:
        draft = f"/live/drafts/{uuid4()}"
        answer = await browser.send(f"{draft}/look", street=STREET, **{"text-nl": "Inbraak om 3.15"})
        assert "drie uur vijftien" in answer.text
        assert f'value="{DE_BIST}" checked' in answer.text
        assert "Inbraak om 3.15" in (await browser.open("/")).text
    async with screen.browser("De Smet") as elsewhere:
        assert "Inbraak om 3.15" in (await elsewhere.open(draft)).text


async def test_a_draft_is_written_by_its_owner_alone_and_not_while_it_counts_down(office: Office) -> None:
    screen = screen_of(office.engine, office.desk, countdown=30.0)
    await neighbours(screen)
    for name in ("De Smet", "Claes"):
        await screen.user(name, Role.OFFICER)
    async with screen.browser("De Smet") as browser, screen.browser("Claes") as other:
        draft = await writes(browser)
        assert (await other.send(f"{draft}/look", **{"text-nl": "Van een ander."})).status_code == 404
        await confirms(browser, draft)
        assert (await browser.send(f"{draft}/look", **{"text-nl": "Te laat."})).status_code == 409
        await browser.send(f"{draft}/cancel")
        assert TEXT in (await browser.open(draft)).text


@pytest.mark.parametrize(("typed", "leads_to"), [(TEXT, "countdown"), ("Iets anders.", "check")])
async def test_a_page_that_saves_late_what_is_the_same_keeps_nobody_from_calling(
    office: Office, typed: str, leads_to: str
) -> None:
    screen = screen_of(office.engine, office.desk, countdown=30.0)
    await neighbours(screen)
    await screen.user("De Smet", Role.OFFICER)
    async with screen.browser("De Smet") as browser:
        draft = await writes(browser)
        looked = (await browser.open(f"{draft}/check")).text
        version = looked.split('name="version" value="')[1].split('"')[0]
        late = {"street": STREET, "text-nl": typed, "urgent": "yes"}
        assert (await browser.send(f"{draft}/look", **late)).status_code == 200
        answer = await browser.send(f"{draft}/call", version=version)
    assert answer.headers["location"] == f"{draft}/{leads_to}"


async def test_an_alert_is_paused_stopped_and_followed_from_its_page(screen: Screen, office: Office) -> None:
    await neighbours(screen)
    await screen.user("De Smet", Role.OFFICER)
    sent = await office.sends()
    alert = f"/alerts/{sent.broadcast}"
    async with screen.browser("De Smet") as browser:
        await browser.send(f"{alert}/pause")
        assert "Gepauzeerd door De Smet" in (await browser.open(alert)).text
        assert (await browser.send(f"{alert}/pause")).status_code == 409
        await browser.send(f"{alert}/resume")
        follow = await browser.open(f"/live/new?follows={sent.broadcast}&kind=correction")
        draft = follow.text.split('action="')[1].split('"')[0]
        given = {"follows": str(sent.broadcast), "kind": "correction", "urgent": "yes", "text-nl": "Fout."}
        assert (await browser.send(draft, **given)).headers["location"] == f"{draft}/check"
        await confirms(browser, draft)
        correction = await becomes(browser, draft)
        assert correction != alert
        assert (await browser.send(f"{correction}/stop")).status_code == 303
        assert (await browser.send(f"{correction}/stop")).status_code == 409
    assert await office.count("broadcast WHERE stopped_at IS NULL") == 0


async def test_a_draft_that_was_due_while_nobody_was_there_says_so(office: Office) -> None:
    screen = screen_of(office.engine, office.desk, countdown=30.0)
    await neighbours(screen)
    await screen.user("De Smet", Role.OFFICER)
    async with screen.browser("De Smet") as browser:
        draft = await writes(browser)
        await confirms(browser, draft)
        async with office.engine.begin() as connection:
            await connection.execute(text("UPDATE kept_draft SET due_at = now() - interval '1 hour'"))
        assert await screen.parts.beginning.due() == []
        assert "niet begonnen" in (await browser.open(f"{draft}/check")).text
    assert await office.count("broadcast") == 0


async def test_a_screen_that_starts_again_begins_what_counted_down(office: Office) -> None:
    first = screen_of(office.engine, office.desk, countdown=0.2)
    await neighbours(first)
    await first.user("De Smet", Role.OFFICER)
    async with first.browser("De Smet") as browser:
        draft = await writes(browser)
        await confirms(browser, draft)
    second = screen_of(office.engine, office.desk)
    starting = asyncio.create_task(second.app.state.running.starter.run())
    async with asyncio.timeout(20):
        while not await office.count("broadcast"):
            await asyncio.sleep(0.05)
    starting.cancel()
    await asyncio.wait({starting})
