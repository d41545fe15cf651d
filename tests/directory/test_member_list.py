"""Lists come from spreadsheets of every age: each is read for what it is, or refused with a sentence."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.errors import ListRefused
from directory.lists.member_list import MOST_ROWS, read_member_list


@pytest.mark.parametrize(("separator", "called"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")])
def test_the_separator_is_found_in_the_header(separator: str, called: str) -> None:
    text = f"naam{separator}telefoon\nLieve Peeters{separator}0475 12 34 56\n"
    read = read_member_list(text.encode())
    assert read.separator == called
    assert [row.cells for row in read.rows] == [{"name": "Lieve Peeters", "phone": "0475 12 34 56"}]


def test_a_comma_inside_quotes_and_a_semicolon_in_a_name_do_not_mislead() -> None:
    read = read_member_list(b'"naam";"telefoon"\n"Peeters, Lieve";"0475 12 34 56"\n')
    assert read.rows[0].cells["name"] == "Peeters, Lieve"


@pytest.mark.parametrize(
    "header",
    [
        "naam,taal,straat,nr,telefoon,telefoon2,telefoon3",
        "Name,Language,Street,House number,Phone,Phone 2,PHONE_3",
        "\ufeffNAAM , Taal, Straat , Huisnummer, Telefoon , telefoon-2, Telefoon.3",
    ],
)
def test_dutch_and_english_headers_mean_the_same(header: str) -> None:
    read = read_member_list(f"{header}\nLieve,nl,Bist,4,1,2,3\n".encode())
    assert read.rows[0].cells == {
        "name": "Lieve",
        "language": "nl",
        "street": "Bist",
        "house_number": "4",
        "phone": "1",
        "phone2": "2",
        "phone3": "3",
    }
    assert read.ignored == ()


def test_utf8_with_or_without_its_mark_and_windows_1252_are_told_apart() -> None:
    text = "naam;telefoon\nAndré Weiß;0475123456\n"
    for encoding, said in [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("windows-1252", "windows-1252")]:
        read = read_member_list(text.encode(encoding))
        assert read.rows[0].cells["name"] == "André Weiß"
        assert read.encoding == said


def test_lines_are_counted_as_an_editor_does_over_blank_lines_hints_and_breaks_in_quotes() -> None:
    read = read_member_list(b'sep=;\r\nnaam;telefoon\r\n\r\nLieve;1\r\n"Jan\r\nPeeters";2\r\n;\r\nMiet;3\r\n')
    assert [(row.line, row.cells["phone"]) for row in read.rows] == [(4, "1"), (5, "2"), (8, "3")]


def test_a_row_that_does_not_fit_the_header_comes_without_cells() -> None:
    read = read_member_list(b"naam,telefoon\nLieve,1,2\nJan\nMiet,3\n")
    assert [bool(row.cells) for row in read.rows] == [False, False, True]


def test_headers_that_mean_nothing_to_us_are_named() -> None:
    read = read_member_list(b"naam,gsm thuis,telefoon\nLieve,0,1\n")
    assert read.ignored == ("gsm thuis",)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "no column"),
        (b" \r\n\r\n ", "empty"),
        ("naam;telefoon\nLieve;1\n".encode("utf-16"), "UTF-16"),
        ("naam;telefoon\nLieve;1\n".encode("utf-16-le"), "UTF-16"),
        (b"PK\x03\x04\x14\x00\x06\x00", "workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not text"),
        (b"naam;telefoon\n\x81\x8d\x8f;1\n", "neither UTF-8 nor Windows-1252"),
        (b"Lieve Peeters;0475123456\n", "no column name and no column phone"),
        (b"naam;adres\nLieve;Bist 4\n", "no column phone"),
        (b"telefoon\n1\n", "no column name"),
        (b"naam;telefoon;phone\nLieve;1;2\n", "columns telefoon and phone mean the same"),
        (b"naam;telefoon\n", "no members below"),
        (b'naam;telefoon\nLieve;1\nJan;2\n"Miet;3\n', "On line 4 a quote"),
        (b'naam;telefoon\n"Li"eve;1\n', "On line 2 a quote"),
        (b"naam;telefoon\n" + b"Lieve;1\n" * (MOST_ROWS + 1), "more than 20,000 rows"),
        (b"naam;telefoon\n" + b"L" * 9_000_000, "larger than 8 MiB"),
        (b"naam;telefoon\n" + b"L" * 20_000, "On line 2 a row has more than 10,000 characters"),
        (b"naam;telefoon\nLieve;1\n" + b";" * 8_000_000, "On line 3 a row has more than 10,000 characters"),
        (b'naam;telefoon\nLieve;1\n"' + b"Jan;2\n" * 2000, "On line 3 a row .* a quote that is not closed"),
        (b'naam;telefoon\n"' + b'\n";"' * 4000 + b'"\n', "On line 2 a row has more than 10,000 characters"),
        (b"naam;" * 1_600_000 + b"telefoon\nLieve;1\n", "no column name and no column phone"),
        (b"naam;" * 1_000 + b"telefoon\nLieve;1\n", "header names naam twice"),
        (b'naam;telefoon\n"""""""Lieve""" ;"1\n', "On line 2 a quote"),
        (b"naam;telefoon\n" + b"\r\n" * 2_000_000, "more than 100,000 lines"),
        (b"naam;telefoon\nLieve\x00;1\n", "not text"),
    ],
)
def test_what_is_no_member_list_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ListRefused, match=sentence):
        read_member_list(data)


def test_reading_what_is_no_list_takes_no_time() -> None:
    hostile = (
        b"naam,telefoon," * 500_000,
        b"naam,telefoon\n" + b'""' * 4_000_000,
        b'naam,telefoon\n"' + b"\n" * 199_000,
        b"\n" * 199_000 + b"naam,telefoon\n",
        b"naam,telefoon\n" + b",\n" * 199_000,
    )
    began = process_time()
    for data in hostile:
        with pytest.raises(ListRefused):
            read_member_list(data)
    assert process_time() - began < 3


CELL = st.text('aé,;\t"\n\r =x0', max_size=6)


@given(
    st.one_of(
        st.binary(),
        st.lists(st.lists(CELL, max_size=4).map(";".join))
        .map("\n".join)
        .map(lambda body: f"naam;telefoon\n{body}".encode()),
    )
)
def test_any_bytes_are_a_member_list_or_are_refused(data: bytes) -> None:
    try:
        read = read_member_list(data)
    except ListRefused:
        return
    assert read.rows
    assert {"name", "phone"} <= read.columns
    assert all(not row.cells or row.cells.keys() == read.columns for row in read.rows)
    assert [row.line for row in read.rows] == sorted({row.line for row in read.rows})
