"""What the compiled reading of a place tells sound from doubtful by, each rule alone."""

from datetime import UTC, datetime
from typing import Final

import pytest

from sekisho.protocol import Category, Channel, Component, Json, Reading, Version
from sekisho.protocol.checks import Reader
from sekisho.protocol.checks.compiled import quick_reading
from sekisho.protocol.checks.typed import typed_reading
from sekisho.protocol.codec import RANGES_BYTES_MAX
from sekisho.protocol.places import Place
from sekisho.protocol.scheme_rules import SchemeRules
from sekisho.protocol.vocabulary import Form
from sekisho.testkit import samples

V210, V220, V231 = Version
PAYMENT, STRICT = Category.PAYMENT, Reading.STRICT
OLD: Final = Place(Form.AREQ, V220, Channel.BROWSER, PAYMENT, STRICT)
BROWSER: Final = OLD._replace(version=V231)
APP: Final = BROWSER._replace(channel=Channel.APP)
CREQ_OLD: Final = Place(Form.CREQ, V220, Channel.APP, PAYMENT, STRICT)
CREQ: Final = APP._replace(form=Form.CREQ)
RREQ: Final = BROWSER._replace(form=Form.RREQ)
PRES: Final = Place(Form.PRES, V231, Channel.APP, PAYMENT, STRICT)
NOBODY: Final = Reader(None, None)


def members_of(place: Place, **changes: Json) -> dict[str, Json]:
    """Give a sound message of a place, with changes."""
    match place.form:
        case Form.AREQ if place.channel is Channel.APP:
            return samples.app_areq(place.version, **changes)
        case Form.AREQ:
            return samples.areq(place.version, **changes)
        case Form.CREQ:
            return samples.app_creq(place.version, **changes)
        case Form.RREQ:
            return samples.rreq(place.version, **changes)
        case _:
            return samples.pres(place.version, **changes)


def sound(
    place: Place, reader: Reader = NOBODY, *, size: int = RANGES_BYTES_MAX, **changes: Json
) -> bool:
    """Tell what the compiled reading says of a message that the types have let pass."""
    members = members_of(place, **changes)
    record = typed_reading(place).converted(members)
    assert record is not None, "the types must let it pass, or this says nothing"
    said = quick_reading(place).sound(record, members, size, reader)
    assert said is True or said is False
    return said


@pytest.mark.parametrize("place", [OLD, BROWSER, APP, CREQ, RREQ, PRES], ids=str)
def test_an_everyday_message_is_sound(place: Place) -> None:
    """F1: of every form that has a sample here."""
    assert sound(place)


def split(**part: str) -> dict[str, Json]:
    """Give a payment that is split between merchants, of which one has an amount."""
    listed: Json = [{"merchantNameListed": "one", "merchantAmount": "1", **part}]
    return {"multiTransaction": {"merchantList": listed}}


SECOND: Final[dict[str, Json]] = {"sdkCounterStoA": "001"}
PRIOR: Final = "threeDSRequestorPriorAuthenticationInfo"
INFO: Final = "threeDSRequestorAuthenticationInfo"


@pytest.mark.parametrize(
    ("place", "right", "wrong"),
    [
        # a text, by its expression; joined with others, present or not
        (OLD, {"threeDSServerTransID": samples.SERVER_ID}, {"threeDSServerTransID": "x" * 36}),
        (OLD, {"purchaseDate": "20261130120000"}, {"purchaseDate": "20261131120000"}),
        (OLD, {"email": "a@b"}, {"email": "a"}),
        (OLD, {"email": "a@b", "mcc": "5499"}, {"email": "a@b", "mcc": "54x9"}),
        # an address, by its parser
        (OLD, {"browserIP": "10.0.0.1"}, {"browserIP": "10.0.0.256"}),
        # an object: its children's texts, those it must have and those it may
        (OLD, {"homePhone": {"cc": "81", "subscriber": "3"}}, {"homePhone": {"cc": "8x", "subscriber": "3"}}),
        (OLD, {"acctInfo": {"chAccChange": "20261130"}}, {"acctInfo": {"chAccChange": "20261131"}}),
        (OLD, {"acctInfo": {"chAccAgeInd": "01"}}, {"acctInfo": {}}),
        # a list: no item twice, and each like its row
        (BROWSER, {"threeDSRequestorChallengeInd": ["02", "03"]}, {"threeDSRequestorChallengeInd": ["02", "02"]}),
        (PRES, {"dsProtocolVersions": ["2.1.0", "2.2.0"]}, {"dsProtocolVersions": ["2.1.0", "2.2.x"]}),
        (PRES, {"dsProtocolVersions": ["2.1.0"]}, {"dsProtocolVersions": ["2.1.x"]}),
        (
            BROWSER,
            {PRIOR: [{"threeDSReqPriorAuthTimestamp": "202611301200"}]},
            {PRIOR: [{"threeDSReqPriorAuthTimestamp": "202611311200"}]},
        ),
        (
            BROWSER,
            {PRIOR: [{"threeDSReqPriorAuthMethod": "02"}, {"threeDSReqPriorRef": samples.ACS_ID}]},
            {PRIOR: [{"threeDSReqPriorAuthMethod": "02"}, {"threeDSReqPriorAuthMethod": "02"}]},
        ),
        # a list of objects of which one holds nothing
        (BROWSER, {PRIOR: [{}]}, {PRIOR: [{}, {}]}),
        # true and nothing else
        (CREQ_OLD, {**SECOND, "oobContinue": True}, {**SECOND, "oobContinue": False}),
        # what may hold anything holds something
        (OLD, {"broadInfo": {"a": 1}}, {"broadInfo": {}}),
        (OLD, {"broadInfo": {"a": "x" * 4000}}, {"broadInfo": {"a": "x" * 4090}}),
        # a text or an object
        (BROWSER, {INFO: [{"threeDSReqAuthData": {"a": "b"}}]}, {INFO: [{"threeDSReqAuthData": {}}]}),
        (BROWSER, {INFO: [{"threeDSReqAuthData": "x"}]}, {INFO: [{"threeDSReqAuthData": {}}]}),
        # what must be there under a condition, and what must not
        (OLD, {"acctType": "02"}, {"payTokenSource": "01"}),
        (OLD, {"payTokenInd": True, "payTokenSource": "01"}, {"payTokenInd": True}),
        (OLD, {"browserJavascriptEnabled": True}, {"browserColorDepth": None}),
        (OLD, {}, {"browserColorDepth": None}),
        # a child that another child calls for
        (BROWSER, split(merchantCurrency="392", merchantExponent="0"), split(merchantExponent="0")),
        (BROWSER, split(merchantCurrency="392", merchantExponent="0"), split(merchantCurrency="392")),
        # rules across elements
        (OLD, {"purchaseExponent": "0"}, {"purchaseExponent": "2"}),
    ],
    ids=lambda each: " ".join(each)[:40] if isinstance(each, dict) else "",
)  # fmt: skip
def test_each_rule_tells_right_from_wrong(
    place: Place, right: dict[str, Json], wrong: dict[str, Json]
) -> None:
    """F1: what is doubtful is walked; what is called sound never is, so nothing may be missed here."""
    assert sound(place, **right)
    assert not sound(place, **wrong)


EXTENSION: Final[dict[str, Json]] = {
    "name": "n", "id": "A000000999", "criticalityIndicator": True, "data": {"a": "b"},
}  # fmt: skip


def test_extensions_are_looked_into() -> None:
    """F1: 202 for a critical one that nobody knows, 204 for one that comes twice."""
    known = Reader(None, None, ("A000000999",))
    lenient = OLD._replace(reading=Reading.LENIENT)
    other: Json = {**EXTENSION, "data": {"a": "c"}}
    assert sound(lenient, known, messageExtension=[EXTENSION])
    assert not sound(lenient, messageExtension=[EXTENSION])
    assert not sound(lenient, known, messageExtension=[EXTENSION, other])
    assert sound(OLD, messageExtension=[{**EXTENSION, "criticalityIndicator": False}])


def test_extensions_are_looked_into_more_closely_by_a_strict_reader() -> None:
    """F1: only EMVCo's own may be critical."""
    known = Reader(None, None, ("A000000999",))
    assert not sound(OLD, known, messageExtension=[EXTENSION])


def test_an_extension_has_its_size() -> None:
    """F1: 8,059 characters of data; a message that is shorter as a whole is not measured."""
    wide: Json = {**EXTENSION, "criticalityIndicator": False, "data": {"a": "x" * 8051}}
    wider: Json = {**EXTENSION, "criticalityIndicator": False, "data": {"a": "x" * 8052}}
    assert sound(OLD, messageExtension=[wide])
    assert not sound(OLD, messageExtension=[wider])
    assert sound(OLD, size=8059, messageExtension=[wider])


def test_the_scheme_s_rules_count_where_they_are_known() -> None:
    """F1: here, the form of a threeDSRequestorID."""
    named = SchemeRules(name="s", directory_server_id="A0", requestor_id="[0-9]+")
    reader = Reader(None, None, scheme=named)
    assert sound(OLD, reader, threeDSRequestorID="0123")
    assert not sound(OLD, reader, threeDSRequestorID="az")
    assert sound(OLD, threeDSRequestorID="az")


def test_the_reader_s_clock_counts_where_there_is_one() -> None:
    """F1: half an hour, since 2.3.1 and at the Directory Server."""
    noon = datetime(2026, 11, 30, 12, tzinfo=UTC)
    reader = Reader(Component.DIRECTORY, None, now=noon)
    assert sound(BROWSER, reader, purchaseDate="20261130123000")
    assert not sound(BROWSER, reader, purchaseDate="20261130123001")
    assert sound(BROWSER, Reader(Component.DIRECTORY, None), purchaseDate="20261130123001")


def test_an_answer_is_held_against_its_question() -> None:
    """F1: identifiers echo (301), where the question is known."""
    asked = samples.areq(V231)
    assert sound(RREQ, Reader(None, asked))
    assert not sound(RREQ, Reader(None, {**asked, "threeDSServerTransID": samples.ACS_ID}))


def test_what_is_for_one_reader_is_asked_of_that_reader() -> None:
    """F1: an AReq has its dsTransID on the way to the ACS only."""
    directory, acs = Reader(Component.DIRECTORY, None), Reader(Component.ACS, None)
    told: dict[str, Json] = {
        "dsTransID": samples.DS_ID,
        "dsReferenceNumber": "DS",
        "dsURL": "https://ds.example",
    }
    assert sound(OLD, directory)
    assert not sound(OLD, acs)
    assert sound(OLD, acs, **told)
    assert not sound(OLD, directory, **told)


def test_elements_of_other_places_are_named() -> None:
    """F1: what a condition asks for and the place does not know, no record can hold."""
    foreign = quick_reading(OLD).foreign
    assert foreign
    assert foreign.isdisjoint(typed_reading(OLD).names)
