"""Police alerts as people write them, and as they must be read aloud."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.normalise import normalise

DUTCH = [
    # number plates
    ("nummerplaat 1-ABC-123.", "nummerplaat één, A B C, één twee drie."),
    ("een Golf met plaat 1ABC123", "een Golf met plaat één, A B C, één twee drie"),
    ("1 XYZ 907 en 2.DEF.100", "één, X i-grec Z, negen nul zeven en twee, D E F, één nul nul"),
    ("1-abc-123", "één, A B C, één twee drie"),
    ("de oude plaat ABC-123", "de oude plaat A B C, één twee drie"),
    ("begint met 1-ABC", "begint met één, A B C"),
    ("Nederlandse 12-AB-34", "Nederlandse één twee, A B, drie vier"),
    ("Franse AB-123-CD", "Franse A B, één twee drie, C D"),
    ("kenteken XK 12 R", "kenteken X K, één twee, R"),
    ("plaat beginnend met XK 12", "plaat beginnend met X K, één twee"),
    # telephone numbers
    ("Bel 101.", "Bel honderdéén."),
    ("bel 112 of 1722", "bel honderdtwaalf of zeventien tweeëntwintig"),
    ("014 53 96 00", "nul veertien, drieënvijftig, zesennegentig, nul nul"),
    ("014/53.96.00", "nul veertien, drieënvijftig, zesennegentig, nul nul"),
    ("0470/12.34.56", "nul vier, zeventig, twaalf, vierendertig, zesenvijftig"),
    ("0470123456", "nul vier, zeventig, twaalf, vierendertig, zesenvijftig"),
    ("+32 14 53 96 00", "plus tweeëndertig, veertien, drieënvijftig, zesennegentig, nul nul"),
    ("0032 14 53 96 00", "nul nul, tweeëndertig, veertien, drieënvijftig, zesennegentig, nul nul"),
    ("02 123 45 67", "nul twee, honderddrieëntwintig, vijfenveertig, zevenenzestig"),
    ("0800 12 345", "nul achthonderd, twaalf, driehonderdvijfenveertig"),
    ("014 53 96 00.", "nul veertien, drieënvijftig, zesennegentig, nul nul."),
    # times
    ("om 22u30", "om tweeëntwintig uur dertig"),
    ("om 22:30", "om tweeëntwintig uur dertig"),
    ("om 22.30 uur", "om tweeëntwintig uur dertig"),
    ("om 22:30 uur.", "om tweeëntwintig uur dertig."),
    ("om 22 uur 30", "om tweeëntwintig uur dertig"),
    ("om 7u05", "om zeven uur vijf"),
    ("om 09:00u", "om negen uur"),
    ("om 9u.", "om negen uur."),
    ("rond 0u15", "rond nul uur vijftien"),
    ("van 20u-22u", "van twintig uur tot tweeëntwintig uur"),
    ("van 20u00 - 22u30", "van twintig uur tot tweeëntwintig uur dertig"),
    # dates
    ("op 21/11", "op eenentwintig november"),
    ("op 21/11/2025", "op eenentwintig november tweeduizendvijfentwintig"),
    ("op 21-11-25", "op eenentwintig november tweeduizendvijfentwintig"),
    ("op 21.11.2025", "op eenentwintig november tweeduizendvijfentwintig"),
    ("op 2025-11-21", "op eenentwintig november tweeduizendvijfentwintig"),
    ("op 21 november om 9u", "op eenentwintig november om negen uur"),
    ("sinds 1 Mei 1998", "sinds één mei negentien achtennegentig"),
    ("za 22/11", "zaterdag tweeëntwintig november"),
    ("in 1998", "in negentien achtennegentig"),
    # addresses
    ("Kerkstraat 12A", "Kerkstraat twaalf A"),
    ("Kerkstr. 12a te Oevel", "Kerkstraat twaalf A te Oevel"),
    ("Dorpsstraat 12 bus 3", "Dorpsstraat twaalf bus drie"),
    ("Dorpsstraat 12b3", "Dorpsstraat twaalf bus drie"),
    ("Dorpsstraat 12/3", "Dorpsstraat twaalf bus drie"),
    ("nrs. 12-14", "nummers twaalf tot veertien"),
    ("nr.5, nr. 6, nr 7", "nummer vijf, nummer zes, nummer zeven"),
    ("Geelsestwg. 3, de stwg.", "Geelsesteenweg drie, de steenweg."),
    ("de Sint-Jozefsstr.", "de Sint-Jozefsstraat."),
    ("St.-Jozefsstr. 4 en St. Annastraat", "Sint Jozefsstraat vier en Sint Annastraat"),
    ("in de Kerkstr. Blijf binnen", "in de Kerkstraat. Blijf binnen"),
    # roads
    ("de E313 richting Antwerpen", "de E driehonderddertien richting Antwerpen"),
    ("de E-313, E 34", "de E driehonderddertien, E vierendertig"),
    ("op de N19 en de N19g", "op de N negentien en de N negentien G"),
    ("R0, A12", "R nul, A twaalf"),
    # abbreviations and measures
    ("t.h.v. nr. 7", "ter hoogte van nummer zeven"),
    ("ca. 120 km/u", "ongeveer honderdtwintig kilometer per uur"),
    ("±25 jaar", "ongeveer vijfentwintig jaar"),
    ("25-30 jaar", "vijfentwintig tot dertig jaar"),
    ("1m80", "één meter tachtig"),
    ("1,80 m groot", "één meter tachtig groot"),
    ("op 300m van 2,5 km", "op driehonderd meter van twee komma vijf kilometer"),
    ("€ 1.500 of 50%", "duizendvijfhonderd euro of vijftig procent"),
    ("o.a. dhr. en mevr. Peeters", "onder andere de heer en mevrouw Peeters"),
    ("juwelen, geld, enz.", "juwelen, geld, enzovoort."),
    ("geld enz. Blijf binnen", "geld enzovoort. Blijf binnen"),
    ("een grijze VW of SUV", "een grijze V W of S U V"),
    ("de 2de straat, het 3e huis, de 1ste", "de tweede straat, het derde huis, de eerste"),
    ("BIN-Z Westelpark via BE-Alert", "bin zet Westelpark via bie alert"),
    ("www.politie.be", "W W W punt politie punt be"),
    ("info@politie.be", "info apenstaartje politie punt be"),
    # form
    ("- sluit ramen\n- bel 101", "sluit ramen. bel honderdéén"),
    ("Blijf binnen! 🚨🚨", "Blijf binnen!"),
    ("BLIJF BINNEN", "BLIJF BINNEN"),
]

FRENCH = [
    ("plaque 1-ABC-191", "plaque un, A B C, un neuf un"),
    ("rue de l'Église 71 bte 3", "rue de l'Église septante et un boîte trois"),
    ("à 21h30", "à vingt et une heures trente"),
    ("de 8h à 9h", "de huit heures à neuf heures"),
    ("à 1h", "à une heure"),
    ("le 1/12/2025", "le premier décembre deux mille vingt-cinq"),
    ("le 21 novembre", "le vingt et un novembre"),
    (
        "Appelez le 101 ou le 081 23 45 97",
        "Appelez le cent un ou le zéro quatre-vingt-un, vingt-trois, quarante-cinq, nonante-sept",
    ),
    ("env. 90 km/h sur la E42", "environ nonante kilomètres à l'heure sur la E quarante-deux"),
    ("av. Louise 12B, n° 75", "avenue Louise douze B, numéro septante-cinq"),
    ("M. Dupont, 1m75, 1er étage", "monsieur Dupont, un mètre septante-cinq, premier étage"),
    ("une VW blanche", "une V W blanche"),
]

GERMAN = [
    ("Kennzeichen AC-AB 1234", "Kennzeichen A C, A B, eins zwei drei vier"),
    ("Kennzeichen 1-ABC-123", "Kennzeichen eins, A B C, eins zwei drei"),
    ("Kirchstr. 12a", "Kirchstraße zwölf A"),
    ("am 21. November um 22:30 Uhr", "am einundzwanzigsten November um zweiundzwanzig Uhr dreißig"),
    ("am 21.11.2025 gegen 1 Uhr", "am einundzwanzigsten November zweitausendfünfundzwanzig gegen ein Uhr"),
    ("Tel. 087 55 44 33", "Telefon null siebenundachtzig, fünfundfünfzig, vierundvierzig, dreiunddreißig"),
    ("ca. 120 km/h auf der E40", "circa einhundertzwanzig Kilometer pro Stunde auf der E vierzig"),
    ("1,80 m groß", "ein Meter achtzig groß"),
    ("z. B. Schmuck usw.", "zum Beispiel Schmuck und so weiter."),
]

ENGLISH = [
    ("number plate 1-ABC-123", "number plate one, A B C, one two three"),
    ("12A Church St. on 21 November", "twelve A Church Street on the twenty-first of November"),
    ("on 21/11/2025 at 22:30", "on the twenty-first of November twenty twenty-five at ten thirty p m"),
    ("at 07:05", "at seven oh five a m"),
    ("at 00:15 and 12:00", "at twelve fifteen a m and twelve p m"),
    (
        "call 101 or 014 53 96 00",
        "call one oh one or zero one four, five three, nine six, zero zero",
    ),
    (
        "approx. 120 km/h on the E313",
        "approximately one hundred and twenty kilometres an hour on the E three hundred and thirteen",
    ),
    ("the 2nd house, 10,000 euros", "the second house, ten thousand euros"),
]


@pytest.mark.parametrize(("written", "spoken"), DUTCH)
def test_dutch_is_read_as_people_say_it(written: str, spoken: str) -> None:
    assert normalise(written, "nl") == spoken


@pytest.mark.parametrize(("written", "spoken"), FRENCH)
def test_french_is_read_as_people_say_it(written: str, spoken: str) -> None:
    assert normalise(written, "fr") == spoken


@pytest.mark.parametrize(("written", "spoken"), GERMAN)
def test_german_is_read_as_people_say_it(written: str, spoken: str) -> None:
    assert normalise(written, "de") == spoken


@pytest.mark.parametrize(("written", "spoken"), ENGLISH)
def test_english_is_read_as_people_say_it(written: str, spoken: str) -> None:
    assert normalise(written, "en") == spoken


def test_a_whole_alert_is_read_as_an_officer_would_read_it() -> None:
    alert = (
        "Er werd op 21/11 om 22u30 ingebroken in de Kerkstr. 12A te Oevel. Twee mannen (ca. 25 jaar, 1m80) "
        "zijn gevlucht met een grijze VW Golf, nummerplaat 1-ABC-123, richting E313. Info: 014 53 96 00."
    )
    assert normalise(alert, "nl") == (
        "Er werd op eenentwintig november om tweeëntwintig uur dertig ingebroken in de Kerkstraat twaalf A "
        "te Oevel. Twee mannen, ongeveer vijfentwintig jaar, één meter tachtig, zijn gevlucht met een grijze "
        "V W Golf, nummerplaat één, A B C, één twee drie, richting E driehonderddertien. Info: nul "
        "veertien, drieënvijftig, zesennegentig, nul nul."
    )


@pytest.mark.parametrize("hostile", ["[[_:]]", "<break time='9s'/>", "\x00\x1b[31m", "{zone}", "a\u202eb"])
def test_nothing_in_a_text_can_steer_an_engine(hostile: str) -> None:
    assert not re.search(r"[\[\]<>{}\x00\x1b\u202e]", normalise(f"Inbraak {hostile} in Oevel", "nl"))


@given(
    st.text(alphabet=st.sampled_from("0123456789 ./-:,uhmABNe+€%°'\n()²½٣") | st.characters(), max_size=60)
)
@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_whatever_is_written_every_figure_becomes_a_word(language: str, text: str) -> None:
    assert not re.search(r"\d", normalise(text, language))


@pytest.mark.parametrize(
    "plain",
    [
        "Er is een verdachte man gezien in de Dorpsstraat, bel de politie.",
        "Ziet u iets? Doe niet open; wij komen langs.",
        "De dief is gevat. Dank u voor uw hulp!",
    ],
)
def test_plain_words_are_left_as_they_are(plain: str) -> None:
    assert normalise(plain, "nl") == plain


def test_another_language_is_refused() -> None:
    with pytest.raises(KeyError):
        normalise("Ciao", "it")


@pytest.mark.parametrize(
    ("language", "word"),
    [
        *[
            ("nl", word)
            for word in ("camera", "capuchon", "cash", "sprong.", "Aubelstraat", "aubergine", "CARMA")
        ],
        *[("nl", word) for word in ("svpje", "ballon", "vrouw", "bvba", "aanslag")],
        *[("fr", word) for word in ("capuche", "boulevard", "bdelle", "svpas")],
        *[("de", word) for word in ("Camper", "Café", "Cannabis")],
        *[("en", word) for word in ("car", "camera", "candle")],
    ],
)
def test_an_abbreviation_inside_a_word_is_no_abbreviation(language: str, word: str) -> None:
    assert normalise(f"een {word}", language) == f"een {word}"


ANYTHING = st.text(
    st.sampled_from("aZéßøŁж’'-–.,:;!?()/\\|&@#%‰°€£$±<>≥=+*_½⁄²x×0123456789 \n\t\u00ad\u200b\u202e🚨→μ")
    | st.characters(),
    max_size=30,
)


@given(ANYTHING, st.sampled_from(["nl", "fr", "de", "en"]))
def test_whatever_is_typed_there_is_a_reading(text: str, language: str) -> None:
    assert not set("0123456789<>|") & set(normalise(text, language))
