"""The pronunciation list in the database: for all networks, for one, and in one language."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from directory.errors import PronunciationRefused, UnknownNetwork, UnknownPronunciation
from directory.pronunciation import (
    SpokenName,
    names_everywhere,
    names_of,
    pronunciations,
    remove_pronunciation,
    set_pronunciation,
)
from directory.registry import add_member, add_network, network
from prompts.normalise import normalise
from tests.support.people import ADMIN, DE_BIST, network_of, phone

ZOELSE = "De Zoelse Keten"


@pytest.fixture
async def session(database: AsyncEngine) -> AsyncIterator[AsyncSession]:
    await network_of(database, {"An Peeters": [phone(10)]})
    async with AsyncSession(database) as opened, opened.begin():
        await add_network(opened, ADMIN, "het-heike", name="BIN Het Heike", municipality="Geel")
        yield opened


async def said(session: AsyncSession, slug: str, text: str, language: str = "nl") -> str:
    return normalise(text, language, await names_of(session, (await network(session, slug)).id))


async def test_what_a_network_says_goes_before_what_all_say(session: AsyncSession) -> None:
    await set_pronunciation(session, ADMIN, ZOELSE, "de zoolse keten")
    await set_pronunciation(session, ADMIN, ZOELSE, "de zoelsje keten", slug=DE_BIST)
    assert await said(session, DE_BIST, ZOELSE) == "de zoelsje keten"
    assert await said(session, "het-heike", ZOELSE) == "de zoolse keten"
    assert normalise(ZOELSE, "nl", await names_everywhere(session, ())) == "de zoolse keten"
    assert normalise(ZOELSE, "nl", await names_everywhere(session)) == "de zoelsje keten"


async def test_a_name_that_is_given_again_is_said_the_new_way(session: AsyncSession) -> None:
    await set_pronunciation(session, ADMIN, "Auchan", "osjan")
    await set_pronunciation(session, ADMIN, "AUCHAN", "oosjan")
    await set_pronunciation(session, ADMIN, "Auchan", "ochan", language="fr")
    assert await pronunciations(session, DE_BIST) == [
        SpokenName("AUCHAN", "oosjan", "", None),
        SpokenName("Auchan", "ochan", "fr", None),
    ]
    assert await said(session, DE_BIST, "auchan", "fr") == "ochan"


async def test_what_is_removed_is_said_as_it_is_written(session: AsyncSession) -> None:
    await set_pronunciation(session, ADMIN, "Auchan", "osjan", slug=DE_BIST)
    with pytest.raises(UnknownPronunciation):
        await remove_pronunciation(session, ADMIN, "Auchan")
    await remove_pronunciation(session, ADMIN, "auchan", slug=DE_BIST)
    assert await said(session, DE_BIST, "Auchan") == "Auchan"


@pytest.mark.parametrize(
    ("written", "words", "language", "sentence"),
    [
        ("...", "punt", "", "no letters and no figures"),
        ("Q8", "q 8", "", "plain words"),
        ("Q8", "[[q]]", "", "plain words"),
        ("Q8", "", "", "plain words"),
        ("Q8" * 50, "kjoe", "", "longer than 80"),
        ("Q8", "kjoe", "it", "one of nl, fr, de, en"),
        ("=Q8", "kjoe", "", "formula"),
        ("Q\x008", "kjoe", "", "invisible or control"),
    ],
)
async def test_what_no_voice_could_say_is_refused(
    session: AsyncSession, written: str, words: str, language: str, sentence: str
) -> None:
    with pytest.raises(PronunciationRefused, match=sentence):
        await set_pronunciation(session, ADMIN, written, words, language=language)


async def test_a_network_that_does_not_exist_is_named(session: AsyncSession) -> None:
    with pytest.raises(UnknownNetwork):
        await set_pronunciation(session, ADMIN, "Q8", "kjoe acht", slug="het-heik")


async def test_the_streets_of_a_network_are_those_of_its_members(session: AsyncSession) -> None:
    await add_member(session, ADMIN, "het-heike", name="Cis Wouters", numbers=[phone(11)], street="Mert")
    assert await said(session, "het-heike", "Mert 12/3: brand.") == "Mert twaalf bus drie: brand."
    assert await said(session, DE_BIST, "Mert 12/3: brand.") == "Mert twaalf maart: brand."
