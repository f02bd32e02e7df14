"""The messages that the testkit makes without chance hold all that the table knows, and are sound."""

from collections.abc import Iterator
from typing import Final

import pytest

from sekisho.kernel.countries import COUNTRIES_BY_NUMBER
from sekisho.kernel.currencies import CURRENCIES_BY_NUMBER
from sekisho.protocol import Channel, Component, MessageType, Reading, Version, parse
from sekisho.protocol.elements import BY_NAME
from sekisho.protocol.elements.screens import UiType
from sekisho.protocol.schemas import kinds
from sekisho.protocol.vocabulary import Form
from sekisho.testkit import samples
from sekisho.testkit.messages import Stage, specimens, stages
from sekisho.testkit.messages.examples import LISTED_MAX, TEXT_MAX, examples, texts
from sekisho.testkit.messages.specimens import traits, traits_of_table

KINDS: Final = [(kind, version) for version in Version for kind in kinds(version)]
TO_DIRECTORY_ONLY: Final = frozenset({"sdkEncData"})
TO_ACS_ONLY: Final = frozenset({"deviceInfo", "dsReferenceNumber", "dsTransID", "dsURL"})


def impossible(stage: Stage) -> set[str]:
    """Name what no sound message can show at a stage, although the table's letters allow it."""
    place = stage.place
    known = traits_of_table(stage)
    barred = {*_by_form(stage)} if place.form in (Form.AREQ, Form.ARES) else set[str]()
    if place.form is Form.CREQ:
        # An app cancels for its cardholder (01), for its own time-out (08) or does not know (06, 07).
        barred = {f"challengeCancel={code}" for code in ("03", "04", "05", "09", "10")}
    if place.form is Form.RREQ and place.version < Version.V231:
        # Before 2.3.1 the Directory Server keeps the method to itself.
        barred = {"authenticationMethod"} if stage.receiver is Component.SERVER else set()
    return {trait for trait in known if any(_within(trait, name) for name in barred)}


def _within(trait: str, name: str) -> bool:
    return trait == name or trait.startswith((f"{name}=", f"{name}."))


def _by_form(stage: Stage) -> Iterator[str]:
    place = stage.place
    if place.form is Form.AREQ:
        # On the way to the ACS the Directory Server adds its own elements and opens the device's.
        yield from TO_ACS_ONLY if stage.receiver is Component.DIRECTORY else TO_DIRECTORY_ONLY
        # What a 3DS Requestor knows of the trust list is yes or no.
        yield from (f"{of}ListStatus={code}" for of in ("white", "trust") for code in "EPRU")
        if stage.receiver is Component.DIRECTORY:
            # Whoever sets a status names itself: a source is not yet anybody but the 3DS Server.
            sources = ("whiteListStatus", "trustListStatus", "deviceBindingStatus")
            yield from (f"{of}Source={code}" for of in sources for code in ("02", "03", "80", "99"))
            # What the Directory Server found out comes from nobody else.
            yield from ("cardSecurityCodeStatus", "cardSecurityCodeStatusSource")
            yield "threeDSReqAuthMethodInd"
            yield "threeDSRequestorAuthenticationInfo.dsAuthInfVerifInd"
    elif place.channel is Channel.THREE_RI:
        yield "transStatus=C"  # nobody is there to be challenged
        yield "acsDecConInd=N"  # what is outstanding then is decoupled
        if place.version is Version.V210:
            # Before 2.2.0 nothing but a challenge has an authenticationType.
            yield "authenticationType"
    if place.form is Form.ARES and place.channel is not Channel.BROWSER:
        yield "transStatus=S"  # Secure Payment Confirmation is the browser's


@pytest.mark.parametrize(("kind", "version"), KINDS)
def test_every_element_child_and_code_is_made_somewhere(
    kind: MessageType, version: Version
) -> None:
    """F1: at every stage of every message the specimens show all that can be there, soundly.

    `specimens` builds each of them strictly; that a receiver reads them leniently too is held here.
    """
    for stage in stages(kind, version):
        shown: set[str] = set()
        for message in specimens(stage):
            shown |= traits(stage, message.elements)
            read = parse(
                message.encode(),
                receiver=stage.receiver,
                channel=stage.place.channel,
                category=stage.place.category,
                reading=Reading.LENIENT,
            )
            assert read.elements == message.elements
        missed = traits_of_table(stage) - shown
        assert missed == impossible(stage), stage


def test_the_stages_leave_no_message_out() -> None:
    """Every type, channel, category and road; the last CRes of an app beside its screens."""
    found = {
        (stage.place.form, version, stage.place.channel)
        for kind, version in KINDS
        for stage in stages(kind, version)
    }
    forms = {form for form, version, _ in found if version is Version.V231}
    assert forms == set(Form)
    assert (Form.FINAL_CRES, Version.V210, Channel.APP) in found
    assert (Form.CREQ, Version.V231, Channel.THREE_RI) not in found
    assert (Form.OREQ, Version.V220, Channel.BROWSER) not in found
    assert (Form.AREQ, Version.V210, Channel.THREE_RI) in found


@pytest.mark.parametrize("version", Version)
def test_every_kind_of_screen_is_shown_and_every_answer_given(version: Version) -> None:
    """F1: UI types 01 to 05, since 2.3.1 to 07, and with them each element of a CReq."""
    shown = {
        message.get("acsUiType")
        for stage in stages(MessageType.CRES, version)
        for message in specimens(stage)
    }
    assert {ui.value for ui in UiType if ui.since <= version} <= shown


def test_the_limits_of_every_text_are_tried() -> None:
    """The shortest and the longest of each length, and characters that are more than one octet."""
    stage = next(iter(stages(MessageType.AREQ, Version.V231)))
    for name, (row, _) in stage.rows.items():
        if not row.codes and row.pattern is None and row.shape.value in ("text", "digits"):
            least, most = row.size
            lengths = {len(text) for text in texts(row, stage.place)}
            assert {max(least, 1), most or TEXT_MAX} <= lengths, name
    name_row = BY_NAME["merchantName"].in_version(Version.V231)
    assert any(not text.isascii() for text in texts(name_row, stage.place))


def test_arrays_are_tried_with_one_item_and_with_all() -> None:
    """Least and most items, in full where that is not thousands."""
    stage = next(iter(stages(MessageType.AREQ, Version.V231)))
    for name, (row, _) in stage.rows.items():
        if row.kind.value == "array":
            lengths = {len(each) for each in examples(row, stage.place) if isinstance(each, list)}
            assert min(lengths) == max(row.items[0], 1), name
            assert max(lengths) <= min(row.items[1] or LISTED_MAX, LISTED_MAX), name
    challenge = BY_NAME["threeDSRequestorChallengeInd"].in_version(Version.V231)
    assert ["01", "02"] in examples(challenge, stage.place)


def test_every_country_and_currency_is_taken() -> None:
    """F1: the whole of ISO 3166-1 and ISO 4217, where the specimens try a few."""
    for number in COUNTRIES_BY_NUMBER:
        members = samples.areq(merchantCountryCode=number)
        assert parse(samples.wire(members), receiver=Component.DIRECTORY)
    for number, currency in CURRENCIES_BY_NUMBER.items():
        members = samples.areq(purchaseCurrency=number, purchaseExponent=str(currency.exponent))
        assert parse(samples.wire(members), receiver=Component.DIRECTORY)
