"""A text beside what is said of it."""

from hypothesis import given
from hypothesis import strategies as st

from buurtbel.terminal.interlinear import under
from prompts.normalise import normalise, read
from prompts.normalise.names import Names, Reading

TEXT = "Inbraak om 3.15 in de Beukenln. 12/3: bel 101, of insp. Maes (078 170 170) - dader(s) weg & ver!"


def test_only_what_is_said_otherwise_is_shown_under_what_is_written() -> None:
    told = {part.written: part.said for part in read(TEXT, "nl").parts if part.differs}
    assert {written: said.rstrip(",:.!") for written, said in told.items()} == {
        "3.15": "drie uur vijftien",
        "Beukenln.": "Beukenlaan",
        "12/3:": "twaalf bus drie",
        "101,": "honderdéén",
        "insp.": "inspecteur",
        "(078 170 170)": "nul achtenzeventig, honderdzeventig, honderdzeventig",
        "dader(s)": "dader",
        "&": "en",
    }


def test_a_name_of_the_list_is_shown_as_it_is_read() -> None:
    heard = read("Brand bij Auchan.", "nl", Names((Reading("Auchan", "osjan"),)))
    assert [(part.written, part.said) for part in heard.parts if part.differs] == [("Auchan.", "osjan.")]


def test_words_stand_under_each_other_in_lines_of_a_width() -> None:
    lines = list(under(read("Inbraak om 3.15 in de Beukenln. 12/3.", "nl").parts, 40))
    assert lines == [
        "Inbraak om 3.15              in de",
        "           drie uur vijftien",
        "Beukenln.  12/3.",
        "Beukenlaan twaalf bus drie.",
    ]
    assert list(under(read("Blijf binnen.", "nl").parts, 40)) == ["Blijf binnen."]


@given(st.text(alphabet="ab 12.,:-/()'€%&@#→é!?\n", max_size=40), st.sampled_from(["nl", "fr", "de", "en"]))
def test_the_parts_are_the_whole_text_and_all_that_is_said(text: str, language: str) -> None:
    heard = read(text, language)
    assert heard.words == normalise(text, language)
    letters = [sign for part in heard.parts for sign in part.written if sign.isalnum()]
    assert letters == [sign for sign in heard.line if sign.isalnum()]
    parts = " ".join(part.said for part in heard.parts).translate(str.maketrans("", "", ".,;:?!"))
    assert parts.split() == heard.words.translate(str.maketrans("", "", ".,;:?!")).split()
