"""All that is kept of a person, as a file for themselves: a text, the data, and what they said."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from broadcast.retention.people import KeptOfPerson
from buurtbel.times import day_and_time

TEXT, DATA = "README.txt", "data.json"
_HEADINGS: Mapping[str, Mapping[str, str]] = {
    "nl": {
        "title": "Wat Buurtbel van u bewaart, op {at}",
        "member": "Uw gegevens",
        "networks": "Uw buurtinformatienetwerken",
        "numbers": "Uw telefoonnummers",
        "alerts": "Berichten die voor u waren, en wat u ervan kreeg",
        "calls": "Oproepen naar uw nummers",
        "reports": "Meldingen die u deed (het geluid zit als bestand in dit archief)",
        "wishes": "Wanneer u telefonisch vroeg om uit te schrijven",
        "journal": "Wat er met uw gegevens gebeurde",
        "nothing": "niets",
    },
    "fr": {
        "title": "Ce que Buurtbel conserve de vous, le {at}",
        "member": "Vos données",
        "networks": "Vos partenariats locaux de prévention",
        "numbers": "Vos numéros de téléphone",
        "alerts": "Les messages qui vous étaient destinés, et ce que vous en avez reçu",
        "calls": "Les appels vers vos numéros",
        "reports": "Ce que vous avez signalé (le son est un fichier de cette archive)",
        "wishes": "Quand vous avez demandé par téléphone à vous désinscrire",
        "journal": "Ce qui a été fait de vos données",
        "nothing": "rien",
    },
    "de": {
        "title": "Was Buurtbel von Ihnen aufbewahrt, am {at}",
        "member": "Ihre Daten",
        "networks": "Ihre Nachbarschaftsnetze",
        "numbers": "Ihre Telefonnummern",
        "alerts": "Meldungen, die für Sie waren, und was Sie davon bekamen",
        "calls": "Anrufe an Ihre Nummern",
        "reports": "Was Sie gemeldet haben (der Ton liegt als Datei in diesem Archiv)",
        "wishes": "Wann Sie telefonisch um Abmeldung baten",
        "journal": "Was mit Ihren Daten geschah",
        "nothing": "nichts",
    },
    "en": {
        "title": "What Buurtbel keeps of you, on {at}",
        "member": "Your data",
        "networks": "Your neighbourhood information networks",
        "numbers": "Your telephone numbers",
        "alerts": "Messages that were for you, and what you got of them",
        "calls": "Calls to your numbers",
        "reports": "What you reported (the sound is a file in this archive)",
        "wishes": "When you asked by phone to leave",
        "journal": "What was done with your data",
        "nothing": "nothing",
    },
}
_PARTS = ("networks", "numbers", "alerts", "calls", "reports", "wishes", "journal")


def archive_of(kept: KeptOfPerson, clock: ZoneInfo) -> bytes:
    """The archive: a text in the language of the person, everything as JSON, and what they said as sound."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(TEXT, "\n".join(_text(kept, clock)) + "\n")
        data = {name: getattr(kept, name) for name in ("member", *_PARTS)}
        archive.writestr(DATA, msgspec.json.format(msgspec.json.encode(data, enc_hook=str), indent=2))
        for name, flac in kept.recordings.items():
            archive.writestr(name, flac)
    return packed.getvalue()


def _text(kept: KeptOfPerson, clock: ZoneInfo) -> Iterator[str]:
    headings = _HEADINGS[str(kept.member["language"])]
    yield headings["title"].format(at=day_and_time(datetime.now(clock), clock))
    yield from _part(headings["member"], [kept.member], headings, clock)
    for name in _PARTS:
        yield from _part(headings[name], getattr(kept, name), headings, clock)


def _part(
    heading: str, rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str], clock: ZoneInfo
) -> Iterator[str]:
    yield ""
    yield heading
    yield "-" * len(heading)
    if not rows:
        yield headings["nothing"]
    for row in rows:
        told = (
            f"{name}: {_value(value, clock)}" for name, value in row.items() if value not in (None, "", {})
        )
        yield "- " + "; ".join(told)


def _value(value: object, clock: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return day_and_time(value, clock)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Mapping):
        return msgspec.json.encode(value, enc_hook=str).decode()
    return str(value)
