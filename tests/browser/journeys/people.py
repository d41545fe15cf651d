"""Everybody at the screen: invited, signed in, signed out by others; reports; the language."""

import re

from playwright.async_api import expect

from bench.server import NETWORK
from directory.actor import Role
from tests.browser.desk import PASSWORD, PoliceDesk
from tests.browser.running import STREET
from tests.support.people import phone
from tests.support.reports import reported, speech


async def an_invitation_becomes_a_user_who_signs_in(desk: PoliceDesk) -> None:
    link = await desk.invites("Nieuw Iemand", Role.COORDINATOR, NETWORK)
    context = await desk.browser.new_context(locale="nl-BE")
    page = await context.new_page()
    await page.goto(link)
    await desk.looks_at(page, "invitation")
    await page.get_by_label("Wachtwoord").fill("kort")
    await page.get_by_label("Zes cijfers").fill(desk.digits("Nieuw Iemand"))
    await page.get_by_role("button", name="Begin").click()
    await expect(page.locator("#summary")).to_contain_text("minstens 12 tekens")
    await page.get_by_label("Wachtwoord").fill(PASSWORD)
    await page.get_by_label("Zes cijfers").fill(desk.digits("Nieuw Iemand"))
    await page.get_by_role("button", name="Begin").click()
    await page.wait_for_url("**/sign-in")
    await desk.looks_at(page, "sign-in")
    await desk.may_use_digits_again()
    await desk.signs_in(page, "Nieuw Iemand")
    await expect(page.locator("main")).to_contain_text("U bent aangemeld als coördinator.")
    await desk.looks_at(page, "home")
    answer = await page.goto(link)
    assert answer is not None
    assert answer.status == 404
    await context.close()


async def a_wrong_password_is_refused_in_one_sentence(desk: PoliceDesk) -> None:
    await desk.employs("Vergeten")
    context = await desk.browser.new_context(locale="nl-BE")
    page = await context.new_page()
    await page.goto(f"{desk.address}/reports")
    await page.get_by_label("Naam").fill("Vergeten")
    await page.get_by_label("Wachtwoord").fill("een ander wachtwoord")
    await page.get_by_label("Zes cijfers").fill(desk.digits("Vergeten"))
    await page.get_by_role("button", name="Aanmelden").click()
    await expect(page.locator("#summary")).to_contain_text("horen niet bij elkaar")
    await page.get_by_label("Wachtwoord").fill(PASSWORD)
    await page.get_by_label("Zes cijfers").fill(desk.digits("Vergeten"))
    await page.get_by_role("button", name="Aanmelden").click()
    await page.wait_for_url("**/reports")
    await context.close()


async def an_administrator_invites_and_signs_somebody_out(desk: PoliceDesk) -> None:
    """Whoever is signed out loses the page at once, and no word."""
    await desk.employs("Beheerder", Role.ADMINISTRATOR)
    await desk.employs("Weggestuurd")
    async with desk.at_screen("Beheerder") as admin, desk.at_screen("Weggestuurd") as page:
        await page.get_by_label("Straat of netwerk").press_sequentially(STREET, delay=20)
        await page.get_by_label("Wat de mensen horen").press_sequentially("Half geschreven.", delay=20)
        await expect(page.locator("#kept")).to_contain_text("Bewaard om")
        await admin.get_by_role("link", name="Gebruikers").click()
        await admin.get_by_label("Naam", exact=True).fill("Lotte Peeters")
        await admin.get_by_label("Korte namen").fill(NETWORK)
        await admin.get_by_role("button", name="Maak een uitnodiging").click()
        await expect(admin.locator(".copy")).to_contain_text(f"{desk.address}/invitation/")
        await desk.looks_at(admin, "users")
        await admin.get_by_role("button", name="Meld Weggestuurd overal af").click()
        await page.wait_for_url(re.compile("/sign-in"), timeout=45_000)
        await desk.signs_in(page, "Weggestuurd")
        await expect(page.get_by_role("link", name="Half geschreven.")).to_be_visible()


async def a_report_comes_in_is_heard_and_becomes_an_alert(desk: PoliceDesk) -> None:
    await desk.employs("Van Wacht")
    async with desk.at_screen("Van Wacht") as page:
        await page.get_by_role("link", name="Meldingen").click()
        report = await reported(desk.assembly.engine, said=speech(3.0), number=phone(10, 1))
        link = page.get_by_role("link", name=f"Melding {report}", exact=True)
        await link.wait_for(timeout=20_000)
        await desk.looks_at(page, "reports")
        await link.click()
        # No page may run a text as a script, so that nobody waits here by `wait_for_function`.
        await page.locator("#sound").evaluate(
            "(sound) => new Promise((heard) => {"
            " sound.ontimeupdate = () => sound.currentTime > 0.3 && heard(); sound.play(); })"
        )
        await desk.looks_at(page, "report")
        await page.get_by_role("button", name="Neem ze op").click()
        await expect(page.locator("main")).to_contain_text("opgenomen, Van Wacht")
        await page.get_by_role("link", name="Begin hiermee een alarm").click()
        await page.get_by_label("Nu, dag of nacht").check()
        await page.get_by_role("button", name="Kijk het alarm na").click()
        await page.get_by_role("button", name=re.compile("^Bel .* NU")).click()
        await page.wait_for_url(re.compile(r"/alerts/\d+"))
        led_to = await desk.asks("SELECT led_to FROM member_report WHERE id = :r", r=report)
        assert page.url.endswith(f"/alerts/{led_to}")
        await page.locator("summary", has_text="STOP").click()
        await page.get_by_role("button", name="Stop dit alarm nu").click()
        await expect(page.locator("#progress")).to_contain_text("Gestopt")


async def the_screen_speaks_four_languages(desk: PoliceDesk) -> None:
    await desk.employs("Polyglot")
    async with desk.at_screen("Polyglot") as page:
        await page.goto(f"{desk.address}/account")
        await desk.looks_at(page, "account")
        for language, new in (
            ("Français", "Nouvelle alerte"),
            ("Deutsch", "Neuer Alarm"),
            ("English", "New alert"),
        ):
            await page.goto(f"{desk.address}/account")
            await page.get_by_label(language).check()
            await page.locator("button.second").click()
            await page.goto(f"{desk.address}/")
            await expect(page.locator("h1")).to_have_text(new)
            await desk.looks_at(
                page, f"draft-{await page.locator('html').get_attribute('lang')}", sizes=("wide", "phone")
            )


async def readiness_is_seen_before_it_is_needed(desk: PoliceDesk) -> None:
    await desk.employs("Paraat")
    async with desk.at_screen("Paraat") as page:
        await expect(page.locator("#ready")).to_contain_text("Klaar om te bellen", timeout=60_000)
        await page.locator("#ready a").click()
        await expect(page.locator("h1")).to_have_text("Klaar om te bellen")
        await desk.looks_at(page, "ready")
