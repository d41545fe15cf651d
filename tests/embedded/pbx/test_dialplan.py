"""What our Asterisk does on its own: the message without us, the last limit on a call, and what it notes."""

import csv
from collections.abc import Iterable
from math import floor
from time import time

import pytest

from ivr.pbx.dialplan import EXPIRES, away_sound
from prompts.audio import Audio, read, write_sound
from prompts.catalogue import sentence
from prompts.comparator import compare
from simulation.phones.handset import handsets
from simulation.phones.tape import Tape
from tests.embedded.pbx.line import Line, PhoneCall
from tests.pbx_fixtures import RunningNeighbourhood, RunningPbx, eventually, is_closed, speech

pytestmark = pytest.mark.pbx


def notes(pbx: RunningPbx, call: PhoneCall) -> list[list[str]]:
    file = pbx.asterisk.run_dir / "log" / "cdr-custom" / "calls.csv"
    rows: Iterable[list[str]] = csv.reader(file.read_text().splitlines()) if file.exists() else []
    return [row for row in rows if row[0] == call.id]


async def recorded(neighbourhood: RunningNeighbourhood, name: str) -> Audio:
    """What the phone heard, once it has put the phone down too: its file is written when it is closed."""
    file = neighbourhood.recordings / name
    await eventually(lambda: file.exists() and is_closed(file))
    return read(file)


async def test_when_nobody_leads_the_call_the_message_is_still_spoken_three_times(
    pbx: RunningPbx, neighbourhood: RunningNeighbourhood
) -> None:
    words = speech("Hier is Buurtbel met een bericht. Blijf binnen.")
    write_sound(pbx.sounds / "fallback", words)
    async with Line(pbx, listen=False) as line:
        call = await line.dial("+99915000401", variables={"FALLBACK": str(pbx.sounds / "fallback")})
        await eventually(lambda: bool(notes(pbx, call)), seconds=40)
    *_, disposition, did = notes(pbx, call)[0]
    heard = await recorded(neighbourhood, "99915000401-1.wav")
    assert (disposition, did) == ("ANSWERED", "fallback=3/stayed")
    assert compare(words, heard).whole
    assert heard.seconds > 3 * words.seconds


@pytest.mark.parametrize(
    ("number", "left", "note", "passes"),
    [("99915000411", -1.0, "fallback=0/expired", 0), ("99915000412", 1.5, "fallback=1/expired", 1)],
    ids=["expired before the answer", "expires in the first pass"],
)
async def test_no_pass_begins_of_a_message_that_has_expired(
    pbx: RunningPbx,
    neighbourhood: RunningNeighbourhood,
    number: str,
    left: float,
    note: str,
    passes: int,
) -> None:
    """Counted from the answer, a second after the dialling; the pass that has begun is spoken to its end."""
    words = speech("Hier is Buurtbel met een bericht. Blijf binnen en sluit de ramen.")
    write_sound(pbx.sounds / "expiring", words)
    expires = {EXPIRES: str(floor(time() + 1.0 + left))}
    async with Line(pbx, listen=False) as line:
        call = await line.dial(f"+{number}", variables={"FALLBACK": str(pbx.sounds / "expiring"), **expires})
        await eventually(lambda: bool(notes(pbx, call)), seconds=40)
    *_, disposition, did = notes(pbx, call)[0]
    assert (disposition, did) == ("ANSWERED", note)
    if passes:
        await recorded(neighbourhood, f"{number}-1.wav")
    heard = Tape(
        neighbourhood.recordings / f"{number}-1.wav"
    ).everything()  # what heard nothing is never closed
    assert compare(words, heard).whole is bool(passes)
    assert heard.seconds < (passes + 0.5) * words.seconds


async def test_a_mute_app_s_call_can_be_sent_to_the_fallback(
    pbx: RunningPbx, neighbourhood: RunningNeighbourhood
) -> None:
    words = speech("Hier is Buurtbel. De app is even stil.")
    write_sound(pbx.sounds / "mute", words)
    async with Line(pbx) as line:
        call = await line.dial("+99915000402", variables={"FALLBACK": str(pbx.sounds / "mute")})
        await call.until("StasisStart")
        await line.post(f"channels/{call.id}/continue", context="alert", extension="fallback", priority=1)
        await call.until("ChannelDestroyed")
        await eventually(lambda: bool(notes(pbx, call)))
    assert notes(pbx, call)[0][-1] == "fallback=3/stayed"
    assert compare(words, await recorded(neighbourhood, "99915000402-1.wav")).whole


async def test_a_text_that_was_replaced_is_not_spoken_when_nobody_leads_the_call_either(
    pbx: RunningPbx, neighbourhood: RunningNeighbourhood
) -> None:
    """Also when it is replaced once more, by the text in place of that one."""
    wrong, right = (
        speech("Inbraak in de Kerkstraat, blijf binnen."),
        speech("Brand aan de Markt, sluit alles."),
    )
    names = [figure * 64 for figure in "abc"]
    for name, words in zip(names, (wrong, wrong, right), strict=True):
        write_sound(pbx.sounds / name, words)
    texts = [f"{7 + nth}-{name}" for nth, name in enumerate(names)]
    async with Line(pbx, listen=False) as line:
        for text in texts[:2]:
            await line.post("asterisk/variable", variable=text, value=texts[2])
        variables = {"FALLBACK": str(pbx.sounds / names[0]), "TEXT": texts[0]}
        call = await line.dial("+99915000407", variables=variables)
        await eventually(lambda: bool(notes(pbx, call)), seconds=40)
    assert notes(pbx, call)[0][-1] == "fallback=3/of=9/stayed"
    heard = await recorded(neighbourhood, "99915000407-1.wav")
    assert compare(right, heard).whole
    assert not compare(wrong, heard).whole


async def test_a_call_says_its_own_text_as_long_as_nothing_replaced_it(
    pbx: RunningPbx, neighbourhood: RunningNeighbourhood
) -> None:
    words, name = speech("Niets is veranderd. Blijf binnen."), "d" * 64
    write_sound(pbx.sounds / name, words)
    async with Line(pbx, listen=False) as line:
        variables = {"FALLBACK": str(pbx.sounds / name), "TEXT": f"12-{name}"}
        call = await line.dial("+99915000408", variables=variables)
        await eventually(lambda: bool(notes(pbx, call)), seconds=40)
    assert notes(pbx, call)[0][-1] == "fallback=3/stayed"
    assert compare(words, await recorded(neighbourhood, "99915000408-1.wav")).whole


async def test_no_call_outlasts_its_limit(pbx: RunningPbx) -> None:
    async with Line(pbx) as line:
        call = await line.dial("+99915000403", variables={"CALL_LIMIT": "2"})
        await call.until("ChannelDestroyed", seconds=10)
    assert call.answered


async def test_a_note_of_a_call_holds_no_number(pbx: RunningPbx) -> None:
    async with Line(pbx) as line:
        call = await line.dial("+99916000404")
        await call.until("ChannelDestroyed")
        await eventually(lambda: bool(notes(pbx, call)))
    (note,) = notes(pbx, call)
    assert note[4:] == ["BUSY", ""]
    assert not any("99916000404" in field or "14539600" in field for field in note)


async def test_an_id_is_used_for_one_call_only(pbx: RunningPbx) -> None:
    async with Line(pbx) as line:
        call = await line.dial("+99917000405", ring=5)
        again = await line.post(
            f"channels/{call.id}", endpoint="PJSIP/+99917000405@trunk", context="alert", extension="call"
        )
        await line.hang_up(call)
        await call.until("ChannelDestroyed")
    assert "already" in again["message"] or "exists" in again["message"]
    assert len(call.of("ChannelCreated")) == 1


async def test_who_calls_us_while_our_application_is_away_hears_whom_to_call(
    pbx: RunningPbx, neighbourhood: RunningNeighbourhood
) -> None:
    languages = ("nl", "fr", "de", "en")
    words = {language: speech(sentence("line_away", language)) for language in languages}
    for language in languages:
        write_sound(away_sound(pbx.sounds, language), words[language])
    dials = f"sip:+3214539600@{pbx.settings.pbx.sip_bind}"
    password, recordings = neighbourhood.passwords.handsets, neighbourhood.recordings
    async with (
        handsets(neighbourhood.ari, password, dials=dials, recordings=recordings) as phones,
        phones.calling("+99910000406") as call,
    ):
        began = [await call.hears(words[language]) for language in languages]
        await call.until_over()
    assert began == sorted(began)
    assert began[0] < 1.5
