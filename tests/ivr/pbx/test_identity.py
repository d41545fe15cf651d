"""Who calls, as trunks say it, and as callers would like it to be believed."""

from dataclasses import dataclass
from urllib.parse import quote

import pytest

from directory.possible_numbers import PossibleNumbers
from ivr.ari.events import Party, ReportedChannel
from ivr.pbx.identity import ASSERTED, FROM, LONGEST_HEADER, PRIVACY, CallerId, caller_of, identified
from ivr.pbx.trunk import Trunk

AN, BO = "+32475000001", "+32475000002"
PAI_BO = f"<sip:{BO}@carrier.test>"
TAG = ";tag=1"
PASSED, FAILED = ";verstat=TN-Validation-Passed", ";verstat=TN-Validation-Failed"
CARRIER = Trunk(uri="sip:carrier.test")
"""It says who calls, and nobody knows whether that is so."""
TRUSTED = CARRIER.model_copy(update={"trusts_identity": True})
SCREENS = CARRIER.model_copy(update={"vouches_for_numbers": True})


@dataclass(frozen=True)
class Said:
    """The headers of a call."""

    sender: str
    asserted: tuple[str, ...] = ()
    privacy: str = ";"

    def identity(self, trunk: Trunk = TRUSTED) -> CallerId:
        headers = {FROM: self.sender, PRIVACY: self.privacy}
        return identified(headers | dict(zip(ASSERTED, self.asserted, strict=False)), trunk)


def said_by_an(sender: str) -> bool:
    return Said(sender + TAG).identity() == CallerId(PossibleNumbers((AN,)))


@pytest.mark.parametrize(
    "sender",
    [
        "<sip:+32475000001@127.0.0.1>",
        "<sip:0475000001@127.0.0.1>",
        "<sip:32475000001@127.0.0.1>",
        "<sip:0032475000001@127.0.0.1>",
        "<sip:+32475000001;npdi;rn=+3248@127.0.0.1;user=phone>",
        "<sip:+32475000001;cpc=ordinary@127.0.0.1;user=phone>",
        "<sip:+32475000001:secret@127.0.0.1>",
        "<sip:+32-475-00.00.01@127.0.0.1>",
        "<sip:%2B32475000001@127.0.0.1>",
        "<SIPS:+32475000001@127.0.0.1:5061;transport=tls>",
        "<tel:+32475000001>",
        "<tel:+32-475-000001;cpc=ordinary>",
        "<tel:0475000001;phone-context=+32>",
        "<tel:0475000001;phone-context=carrier.test>",
        "sip:+32475000001@127.0.0.1",
        '"An" <sip:+32475000001@127.0.0.1>',
        "An Janssens <sip:+32475000001@127.0.0.1>",
        '"Zo\u00eb \U0001f6a8 \\"x\\", <sip:+32475000002@x>" <sip:+32475000001@127.0.0.1>',
        f'"{BO}" <sip:+32475000001@127.0.0.1>',
    ],
)
def test_who_calls_is_in_from_in_all_the_ways_that_carriers_write_it(sender: str) -> None:
    assert said_by_an(sender)


@pytest.mark.parametrize(
    "sender",
    [
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        "<sip:anonymous@127.0.0.1>",
        "<sip:Anonymous@carrier.test>",
        "<sip:restricted@carrier.test>",
        f'"{AN}" <sip:anonymous@anonymous.invalid>',
        f'"<sip:{AN}@x>" <sip:anonymous@anonymous.invalid>',
        f"Anonymous <sip:{AN}@carrier.test>",
        f'"anonymous" <sip:{AN}@carrier.test>',
        f"<sip:{AN}@anonymous.invalid>",
        f"<sip:{AN}@Anonymous.Invalid.>",
        f"<sip:{AN}@sip.anonymous.invalid:5060>",
        f'"{"x" * LONGEST_HEADER}" <sip:anonymous@anonymous.invalid>'[:LONGEST_HEADER],
        f"<sip:{AN}@carrier.test> <sip:{BO}@carrier.test>",
        f'"unclosed <sip:{AN}@carrier.test>',
        "\x00\ufffd",
        "",
    ],
)
def test_who_is_withheld_stays_withheld_though_somebody_is_asserted(sender: str) -> None:
    assert Said(sender, (PAI_BO,)).identity() == CallerId()


@pytest.mark.parametrize(
    "privacy",
    ["id;", "id;critical;", "header;", "user;id;", "Id;", ";id", "none;id", "none,id", "full;", "x" * 400],
)
def test_who_asks_to_be_hidden_is_hidden(privacy: str) -> None:
    assert Said(f"<sip:{AN}@x>{TAG}", (PAI_BO,), privacy).identity() == CallerId()
    assert Said(f"<sip:{AN}@x>{TAG}", (), privacy).identity() == CallerId()


@pytest.mark.parametrize(
    "asserted",
    [
        ("<sip:anonymous@carrier.test>",),
        ("<sip:anonymous@anonymous.invalid>", PAI_BO),
        (f'{PAI_BO}, "Anonymous" <tel:{BO}>',),
    ],
)
def test_whom_the_trunk_asserts_to_be_anonymous_is_hidden(asserted: tuple[str, ...]) -> None:
    assert Said(f"<sip:{AN}@x>{TAG}", asserted).identity() == CallerId()


@pytest.mark.parametrize("privacy", ["", ";", "none;", "None;", "session;none", "history;critical"])
def test_who_asks_for_something_else_is_shown(privacy: str) -> None:
    assert Said(f"<sip:{AN}@x>{TAG}", (), privacy).identity() == CallerId(PossibleNumbers((AN,)))


@pytest.mark.parametrize(
    "asserted",
    [
        (PAI_BO,),
        (f"<tel:{BO}>",),
        (f"sip:{BO}@carrier.test",),
        ('"Bo" <sip:0475000002@carrier.test;user=phone>',),
        (f"{PAI_BO}, <tel:{BO}>",),
        (PAI_BO, "<tel:32475000002>"),
        (f"<sip:zk01@carrier.test>, <tel:{BO}>",),
        (f'"a, b <c>" <sip:{BO}@carrier.test>',),
    ],
)
@pytest.mark.parametrize("sender", [f"<sip:{AN}@x>", "<sip:zk01@x>", "<sip:unknown@x>"])
def test_what_a_trusted_trunk_asserts_goes_before_from_and_is_vouched_for(
    asserted: tuple[str, ...], sender: str
) -> None:
    assert Said(sender + TAG, asserted).identity() == CallerId(PossibleNumbers((BO,)), is_vouched=True)


@pytest.mark.parametrize(
    "asserted",
    [
        (),
        ("",),
        ("<sip:zk01@carrier.test>",),
        ("garbage",),
        (f"{PAI_BO}, <tel:{AN}>",),
        (PAI_BO, f"<tel:{AN}>"),
        (PAI_BO, PAI_BO, PAI_BO),
        (f"{PAI_BO},{PAI_BO},{PAI_BO}",),
        ("<sip:101@carrier.test>",),
        (f"<sip:{BO}@carrier.test>{' ' * LONGEST_HEADER}"[:LONGEST_HEADER],),
        ("%" * 300,),
    ],
)
def test_what_is_asserted_of_nobody_or_of_two_is_no_more_than_from(asserted: tuple[str, ...]) -> None:
    assert Said(f"<sip:{AN}@x>{TAG}", asserted).identity() == CallerId(PossibleNumbers((AN,)))


def test_a_number_in_the_context_of_another_country_is_that_country_s() -> None:
    french = Said("<tel:0475000001;phone-context=+33>").identity()
    assert french == CallerId(PossibleNumbers(("+33475000001",)))
    assert Said("<tel:0475000001;phone-context=+999>").identity() == CallerId()


@pytest.mark.parametrize("sender", ["<" * 399, '"' * 399, '"\\' * 199, "," * 399, "a" * 399, "<sip:" * 79])
def test_garbage_is_read_at_once(sender: str) -> None:
    assert Said(sender, (sender, sender)).identity() == CallerId()


def test_the_headers_come_encoded_with_the_channel() -> None:
    told = {
        FROM: "%22A%22%20%3Csip%3Azk01%40x%3E%3Btag%3D1",
        ASSERTED[0]: f"%3Ctel%3A%2B{BO[1:]}%3E",
        PRIVACY: "%3B",
    }
    channel = ReportedChannel("1", caller=Party(AN), channelvars=told)
    assert caller_of(channel, TRUSTED) == CallerId(PossibleNumbers((BO,)), is_vouched=True)


@pytest.mark.parametrize("shown", ["An", "50%", "%3A %25 %", ":)", "1:2", "a%2Fb"])
def test_what_the_dialplan_encodes_twice_is_decoded_twice(shown: str) -> None:
    header = f'"{shown}" <sip:{AN}@x>'
    without_colons = header.replace("%", "%25").replace(":", "%3A")
    told = {FROM: quote(without_colons, safe=""), PRIVACY: quote(",", safe="")}
    assert caller_of(ReportedChannel("1", channelvars=told), Trunk()).possible_numbers == PossibleNumbers(
        (AN,)
    )


def test_bytes_that_are_no_text_are_no_number() -> None:
    channel = ReportedChannel("1", caller=Party(AN), channelvars={FROM: "%FF%FE%22", PRIVACY: "%ZZ"})
    assert caller_of(channel, Trunk()) == CallerId()


@pytest.mark.parametrize(("number", "numbers"), [(AN, (AN,)), ("0475000001", (AN,)), ("anonymous", ())])
def test_a_pbx_that_hands_over_no_headers_tells_the_number_alone(
    number: str, numbers: tuple[str, ...]
) -> None:
    channel = ReportedChannel("1", caller=Party(number))
    assert caller_of(channel, CARRIER) == CallerId(PossibleNumbers(numbers))
    assert caller_of(channel, SCREENS) == CallerId(PossibleNumbers(numbers), is_vouched=bool(numbers))


def vouched(number: str) -> CallerId:
    return CallerId(PossibleNumbers((number,)), is_vouched=True)


PASSES = [
    f"<tel:{AN}{PASSED}>",
    f"<sip:{AN}{PASSED}@carrier.test;user=phone>",
    f"<sip:{AN}@carrier.test;user=phone{PASSED}>",
    f"<sip:{AN}@carrier.test>{PASSED}",
    f"<sip:{AN};cpc=ordinary;VERSTAT=tn-validation-passed@carrier.test>",
    f"<tel:{AN}{PASSED}-A>",
    f"sip:{AN}@carrier.test{PASSED}",
]
DOES_NOT_PASS = [
    f"<tel:{AN}{FAILED}>",
    f"<sip:{AN}{FAILED}@carrier.test>",
    f"<sip:{AN}@carrier.test{FAILED}>",
    f"<sip:{AN}@carrier.test>{FAILED}",
    f"<tel:{AN}{PASSED}-B>",
    f"<tel:{AN}{PASSED}-C>",
    f"<tel:{AN};verstat=No-TN-Validation>",
    f"<tel:{AN};verstat>",
    f"<tel:{AN};verstat=>",
    f"<tel:{AN}{PASSED}{FAILED}>",
    f"<sip:{AN}{PASSED}@carrier.test{FAILED}>",
    f"<tel:{AN}{PASSED}%20>",
]
SAYS_NOTHING = [
    f"<sip:{AN}@carrier.test>",
    f'"{PASSED}" <sip:{AN}@carrier.test>',
    f"<sip:{AN}@carrier.test?x={PASSED}>",
    f"<sip:{AN}@carrier.test;xverstat=TN-Validation-Passed>",
]


@pytest.mark.parametrize("sender", PASSES)
def test_a_validation_that_passed_vouches_for_the_number_in_from_where_the_trunk_is_trusted(
    sender: str,
) -> None:
    assert Said(sender + TAG).identity(TRUSTED) == vouched(AN)
    assert Said(sender + TAG).identity(CARRIER) == CallerId(PossibleNumbers((AN,)))


@pytest.mark.parametrize("sender", [*DOES_NOT_PASS, *SAYS_NOTHING])
def test_nothing_else_in_from_vouches_for_it(sender: str) -> None:
    assert Said(sender + TAG).identity(TRUSTED) == CallerId(PossibleNumbers((AN,)))


@pytest.mark.parametrize("asserted", [*PASSES, *SAYS_NOTHING])
def test_what_is_asserted_is_vouched_for_whether_it_was_validated_or_not(asserted: str) -> None:
    assert Said(f"<sip:{BO}@x>{TAG}", (asserted,)).identity(TRUSTED) == vouched(AN)


@pytest.mark.parametrize("asserted", DOES_NOT_PASS)
def test_a_validation_that_did_not_pass_vouches_for_nobody_whatever_else_does(asserted: str) -> None:
    number_in_from = f"<sip:{BO}{PASSED}@x>{TAG}"
    assert Said(number_in_from, (asserted,)).identity(TRUSTED) == CallerId(PossibleNumbers((AN,)))
    assert Said(asserted + TAG).identity(SCREENS) == CallerId(PossibleNumbers((AN,)))
    passed_elsewhere = (f"<tel:{AN}{PASSED}>", asserted)
    assert Said(number_in_from, passed_elsewhere).identity(TRUSTED) == CallerId(PossibleNumbers((AN,)))


def test_a_carrier_that_screens_who_calls_vouches_for_the_number_in_from_and_for_nothing_else() -> None:
    assert Said(f"<sip:{AN}@x>{TAG}").identity(SCREENS) == vouched(AN)
    assert Said(f"<sip:{AN}@x>{TAG}", (PAI_BO,)).identity(SCREENS) == vouched(AN)
    assert Said(f"<sip:zk01@x>{TAG}").identity(SCREENS) == CallerId()
    assert Said(f"<sip:{AN}@x>{TAG}", privacy="id").identity(SCREENS) == CallerId()
    both = SCREENS.model_copy(update={"trusts_identity": True})
    two = (PAI_BO, f"<tel:{AN}>")
    assert Said(f"<sip:{AN}@x>{TAG}", two).identity(both) == CallerId(PossibleNumbers((AN,)))


def test_only_a_trunk_that_is_trusted_asserts() -> None:
    assert Said(f"<sip:{AN}@x>{TAG}", (PAI_BO,)).identity(CARRIER) == CallerId(PossibleNumbers((AN,)))


@pytest.mark.parametrize(
    ("trunk", "vouches"),
    [
        (Trunk(), True),
        (Trunk(vouches_for_numbers=False), False),
        (CARRIER, False),
        (SCREENS, True),
        (Trunk(uri="sip:carrier.test", simulated=True), True),
    ],
)
def test_a_simulated_trunk_vouches_and_any_other_when_it_is_told_to(trunk: Trunk, vouches: bool) -> None:
    assert trunk.vouches is vouches
