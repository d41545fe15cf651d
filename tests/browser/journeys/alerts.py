"""Officers at night: from a street to ringing phones, and what they do then."""

import json
import os
import re
import signal
import time

from playwright.async_api import Page, expect

from bench.server import NETWORK
from directory.actor import Role
from tests.browser.desk import PoliceDesk, without_scripts
from tests.browser.running import OTHER_STREET, OTHERS, PEOPLE, PEOPLE_OF_OTHERS, STREET

TEXT = "Inbraak bezig in de Kerkstraat. Let op een witte bestelwagen, 1-ABC-123. Blijf binnen en bel 101."
CALL = f"Bel {PEOPLE} leden van BIN Kerkwijk NU (LIVE)"
DIALLED = "SELECT min(dialled_at) FROM attempt WHERE broadcast_id = :alert"


def number_of(page: Page) -> int:
    """Of the alert whose page this is."""
    found = re.search(r"/alerts/(\d+)", page.url)
    assert found, page.url
    return int(found[1])


async def writes(page: Page, street: str = STREET, words: str = TEXT) -> None:
    """Fill in the form, as far as the page with the facts."""
    await page.get_by_label("Straat of netwerk").fill(street)
    await page.get_by_label("Wat de mensen horen").fill(words)
    await page.get_by_label("Nu, dag of nacht").check()
    await page.get_by_role("button", name="Kijk het alarm na").click()
    await page.get_by_role("heading", name="Kijk na en bel").wait_for()


async def sends(page: Page, street: str = STREET, words: str = TEXT) -> int:
    """The whole way; returns the number of the alert."""
    await writes(page, street, words)
    await page.get_by_role("button", name=re.compile("^Bel .* NU")).click()
    await page.wait_for_url("**/alerts/*")
    return number_of(page)


async def by_keyboard_from_the_signed_in_page_to_the_first_ring(desk: PoliceDesk) -> None:
    """Five interactions: street, text, urgency, check, call; the countdown is in the time."""
    await desk.employs("De Smet")
    async with desk.at_screen("De Smet") as page:
        began, keys, done = time.monotonic(), page.keyboard, 0
        await page.goto(f"{desk.address}/")
        await keys.type(STREET)  # the field has the focus
        done += 1
        while not await page.evaluate("document.activeElement.id === 'text-nl'"):
            await keys.press("Tab")
        await keys.type(TEXT)
        done += 1
        while not await page.evaluate("document.activeElement.name === 'urgent'"):
            await keys.press("Tab")
        await keys.press("Space")
        done += 1
        await keys.press("Enter")  # sends the form, as its button does
        done += 1
        await page.get_by_role("button", name=CALL).wait_for()
        while not await page.evaluate("document.activeElement.textContent.startsWith('Bel ')"):
            await keys.press("Tab")
        await keys.press("Enter")
        done += 1
        await page.wait_for_url("**/alerts/*")
        alert = number_of(page)
        await desk.until(DIALLED, alert=alert)
        desk.findings.login_to_ring = time.monotonic() - began
        desk.findings.interactions = done
        assert done == 5
        assert await desk.asks("SELECT count(*) FROM recipient WHERE broadcast_id = :a", a=alert) == PEOPLE
        await desk.looks_at(page, "alert")
        await page.locator("summary", has_text="STOP").click()
        await page.get_by_role("button", name="Stop dit alarm nu").click()
        await expect(page.locator("#progress")).to_contain_text("Gestopt")


async def an_alert_is_seen_to_go_without_loading_the_page(desk: PoliceDesk) -> None:
    await desk.employs("Claes")
    async with desk.at_screen("Claes") as page:
        alert = await sends(page, OTHER_STREET, "Alles is veilig.")
        await page.evaluate("window.neverLoadedAgain = true")
        heard = page.locator(".figures .heard .n, .figures .confirmed .n")
        await expect(heard.filter(has_text=re.compile("[1-9]")).first).to_be_visible(timeout=60_000)
        assert await page.evaluate("window.neverLoadedAgain")
        await page.get_by_role("link", name="Alarmen").click()
        await page.get_by_role("link", name=f"Alarm {alert}").wait_for()
        await desk.looks_at(page, "alerts")


async def paused_resumed_corrected_and_ended(desk: PoliceDesk) -> None:
    await desk.employs("Peeters")
    async with desk.at_screen("Peeters") as page:
        first = await sends(page)
        await page.get_by_role("button", name="Pauze").click()
        await expect(page.locator("#progress")).to_contain_text("Gepauzeerd door Peeters")
        await page.get_by_role("button", name="Ga verder").click()
        await expect(page.locator("#progress")).to_contain_text("Aan het bellen")
        await page.get_by_role("link", name="Rechtzetting, aan iedereen").click()
        await page.get_by_label("Wat de mensen horen").fill("Niet in de Kerkstraat, maar in de Dorpsstraat.")
        await desk.looks_at(page, "follow-up")
        await page.get_by_role("button", name="Kijk het alarm na").click()
        await page.get_by_role("button", name=re.compile("^Bel .* NU")).click()
        await page.wait_for_url(re.compile(r"/alerts/\d+"))
        correction = number_of(page)
        assert await desk.asks("SELECT replaced_by FROM broadcast WHERE id = :a", a=first) == correction
        await page.locator("summary", has_text="STOP").click()
        await page.get_by_role("button", name="Stop dit alarm nu").click()
        await expect(page.locator("#progress")).to_contain_text("Gestopt")


async def a_countdown_is_cancelled_and_no_word_is_lost(desk: PoliceDesk) -> None:
    await desk.employs("Janssens")
    before = await desk.asks("SELECT count(*) FROM broadcast")
    async with desk.at_screen("Janssens") as page:
        await writes(page)
        await desk.looks_at(page, "check")
        await page.get_by_role("button", name=CALL).click()
        await page.get_by_role("button", name="Niet bellen").click()
        await expect(page.get_by_label("Wat de mensen horen")).to_have_value(TEXT)
        await page.wait_for_timeout(4000)
    assert await desk.asks("SELECT count(*) FROM broadcast") == before


async def what_is_typed_is_kept_shown_and_said(desk: PoliceDesk) -> None:
    """While somebody types: the network, the length, the words; and all of it is there in another browser."""
    await desk.employs("Maes")
    async with desk.at_screen("Maes") as page:
        await page.get_by_label("Straat of netwerk").press_sequentially(STREET, delay=20)
        await expect(page.get_by_role("checkbox", name="BIN Kerkwijk")).to_be_checked()
        await page.get_by_label("Wat de mensen horen").press_sequentially("Inbraak om 3.15 uur.", delay=20)
        await expect(page.locator("#said")).to_contain_text("drie uur vijftien")
        await expect(page.locator("#kept")).to_contain_text("Bewaard om")
        await desk.looks_at(page, "draft")
    async with desk.at_screen("Maes") as page:
        await page.get_by_role("link", name="Inbraak om 3.15 uur.").click()
        await expect(page.get_by_label("Wat de mensen horen")).to_have_value("Inbraak om 3.15 uur.")


async def what_lacks_is_said_in_a_summary_and_in_its_place(desk: PoliceDesk) -> None:
    await desk.employs("Wouters")
    async with desk.at_screen("Wouters") as page:
        await page.get_by_role("button", name="Kijk het alarm na").click()
        await expect(page.locator("#summary")).to_be_focused()
        await desk.looks_at(page, "draft-with-errors")
        await page.get_by_role("link", name="Schrijf wat de mensen moeten horen.").click()
        await expect(page.get_by_label("Wat de mensen horen")).to_be_focused()


async def two_officers_in_one_moment_see_each_other(desk: PoliceDesk) -> None:
    for name in ("Eerste", "Tweede"):
        await desk.employs(name)
    async with desk.at_screen("Eerste") as one, desk.at_screen("Tweede") as other:
        alert = await sends(one, OTHER_STREET, "Een.")
        await writes(other, OTHER_STREET, "Twee.")
        await expect(other.locator("main")).to_contain_text(f"alarm {alert} voor dezelfde mensen")
        await expect(other.locator("main")).to_contain_text("Eerste begon")


async def with_scripts_off_an_alert_is_written_sent_and_stopped(desk: PoliceDesk) -> None:
    await desk.employs("Zonder")
    context, page = await without_scripts(desk, "Zonder")
    try:
        await writes(page)
        await page.get_by_role("button", name=CALL).click()
        await page.wait_for_url("**/alerts/*")
        await expect(page.locator(".figures .to-go")).to_be_visible()
        await page.locator("summary", has_text="STOP").click()
        await page.get_by_role("button", name="Stop dit alarm nu").click()
        await expect(page.locator("#progress")).to_contain_text("Gestopt")
    finally:
        await context.close()


async def a_street_of_others_is_not_found(desk: PoliceDesk) -> None:
    await desk.employs("Wijkagent", Role.NEIGHBOURHOOD_OFFICER, OTHERS)
    async with desk.at_screen("Wijkagent") as page:
        await page.get_by_label("Straat of netwerk").press_sequentially(STREET, delay=20)
        await expect(page.locator("#choices")).to_contain_text("Geen netwerk van u heeft deze straat.")
        alert = await desk.asks(
            "SELECT max(broadcast_id) FROM pass JOIN network ON network.id = network_id WHERE slug = :n",
            n=NETWORK,
        )
        answer = await page.goto(f"{desk.address}/alerts/{alert}")
        assert answer is not None
        assert answer.status == 403
        await desk.looks_at(page, "refused")


async def the_screen_dies_while_phones_ring_and_nobody_is_left_out(desk: PoliceDesk) -> None:
    """Calls need nothing of it, and who watches has it back without doing anything."""
    await desk.employs("Onverstoord")
    async with desk.at_screen("Onverstoord") as page:
        alert = await sends(page, OTHER_STREET, "Alles gaat door.")
        note = desk.assembly.settings.data_dir / "console.json"
        before = json.loads(note.read_text())["pid"]
        os.kill(before, signal.SIGKILL)
        await desk.until("SELECT state = 'closed' FROM broadcast WHERE id = :a", a=alert)
        reached = (
            "SELECT count(*) FROM recipient WHERE broadcast_id = :a AND result IN ('heard', 'confirmed')"
        )
        assert await desk.asks(reached, a=alert) == PEOPLE_OF_OTHERS
        await expect(page.locator("#progress")).to_contain_text("Iedereen is afgehandeld", timeout=60_000)
        assert json.loads(note.read_text())["pid"] != before


async def a_lost_connection_is_told_and_so_is_its_end(desk: PoliceDesk) -> None:
    await desk.employs("Verbonden")
    async with desk.at_screen("Verbonden") as page:
        await page.wait_for_timeout(1500)
        await page.context.set_offline(True)
        # What is open already goes on in this browser: the page asks anew, and finds nobody.
        await page.evaluate("window.dispatchEvent(new Event('offline'))")
        await expect(page.locator("#stale")).to_be_visible(timeout=30_000)
        await expect(page.locator("#stale")).to_contain_text("De verbinding is weg.")
        await page.context.set_offline(False)
        await expect(page.locator("#stale")).to_be_hidden(timeout=30_000)
