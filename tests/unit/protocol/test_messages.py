"""Messages as the rooms handle them: read, looked into, built, refused."""

import pytest

from sekisho.kernel.errors import Misuse, TheyErred
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    ErrorCode,
    MessageType,
    ProtocolFault,
    Version,
    build,
    check,
    erro_for,
    parse,
)
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, MESSAGE_BYTES_MAX
from sekisho.protocol.faults import DESCRIPTIONS, DETAIL_CHARACTERS_MAX, YOUNGER_THAN_220
from sekisho.testkit import samples
from sekisho.testkit.samples import wire

V210, V220, V231 = Version


def test_a_message_is_looked_into_by_name() -> None:
    """What is not there is a KeyError, or None for whoever asks politely."""
    message = parse(wire(samples.areq()), receiver=Component.DIRECTORY)
    assert (message.type, message.version) == (MessageType.AREQ, V220)
    assert (message.channel, message.category) == (Channel.BROWSER, Category.PAYMENT)
    assert message["mcc"] == message.text("mcc") == message.text_or_none("mcc") == "5942"
    assert "mcc" in message
    assert "eci" not in message
    assert message.get("eci") is message.text_or_none("eci") is None
    assert message.get("eci", "07") == "07"
    with pytest.raises(KeyError):
        message["eci"]
    with pytest.raises(Misuse):
        message.text("browserJavaEnabled")


def test_a_message_shows_no_card_number() -> None:
    """E1: whatever is printed or logged, a message gives its type and version only."""
    message = parse(wire(samples.areq()), receiver=Component.DIRECTORY)
    assert repr(message) == f"{message}" == "<AReq 2.2.0>"


def test_the_caller_tells_channel_and_category_of_what_follows_an_areq() -> None:
    """A2: an ARes does not say them; the request does, or the caller."""
    areq = parse(wire(samples.areq(messageCategory="02")), receiver=Component.DIRECTORY)
    ares = samples.ares(authenticationValue=None)
    answer = parse(wire(ares), receiver=Component.DIRECTORY, request=areq)
    assert (answer.channel, answer.category) == (Channel.BROWSER, Category.NON_PAYMENT)
    told = parse(
        wire(ares),
        receiver=Component.DIRECTORY,
        channel=Channel.BROWSER,
        category=Category.NON_PAYMENT,
    )
    assert told.category is Category.NON_PAYMENT


def test_the_channel_is_seen_where_nobody_tells_it() -> None:
    """Elements that only one channel has give it away."""
    app = parse(wire(samples.app_creq()), receiver=Component.ACS)
    assert app.channel is Channel.APP
    with pytest.raises(ProtocolFault) as caught:
        parse(
            wire(samples.areq(deviceChannel=None, threeRIInd="03", threeDSCompInd=None)),
            receiver=Component.DIRECTORY,
        )
    assert caught.value.elements == ("deviceChannel",)


def test_a_supported_version_is_what_the_receiver_says() -> None:
    """F1: 102 lists what this receiver speaks."""
    with pytest.raises(ProtocolFault) as caught:
        parse(wire(samples.areq(V231)), receiver=Component.DIRECTORY, supported=(V220, V210))
    assert caught.value.error_code is ErrorCode.VERSION_NOT_SUPPORTED
    assert caught.value.error_detail == "2.1.0,2.2.0"


def test_an_agreed_version_binds() -> None:
    """F1: 203 messageVersion when a later message changes it."""
    with pytest.raises(ProtocolFault) as caught:
        parse(wire(samples.rres(V210)), receiver=Component.ACS, version=V220)
    assert (caught.value.error_code, caught.value.elements) == ("203", ("messageVersion",))
    assert parse(wire(samples.rres()), receiver=Component.ACS, version=V220)


def test_an_erro_speaks_the_agreed_version_when_its_own_is_unknown() -> None:
    """F1: an Erro of a version that we do not speak is read by the rules of one that we do."""
    erro = wire(samples.erro(messageVersion="9.9.9"))
    assert parse(erro, receiver=Component.ACS).version is V220
    assert parse(erro, receiver=Component.ACS, version=V231).version is V231


def test_each_type_has_its_own_largest_size() -> None:
    """An Erro needs no half megabyte."""
    erro = samples.erro(unknownToAll="x" * MESSAGE_BYTES_MAX)
    with pytest.raises(ProtocolFault) as caught:
        parse(wire(erro), receiver=Component.DIRECTORY)
    assert caught.value.error_code is ErrorCode.MESSAGE_INVALID
    large = samples.areq(unknownToAll="x" * MESSAGE_BYTES_MAX)
    assert parse(wire(large), receiver=Component.DIRECTORY)
    with pytest.raises(ProtocolFault):
        parse(
            wire(samples.areq(unknownToAll="x" * APP_MESSAGE_BYTES_MAX)),
            receiver=Component.DIRECTORY,
        )


def test_what_we_build_is_sound_or_our_mistake() -> None:
    """A bug of ours never leaves as a message, and never looks like the peer's."""
    members = samples.ares()
    ares = build(MessageType.ARES, V220, members, sender=Component.ACS)
    assert ares["messageType"] == "ARes"
    with pytest.raises(Misuse, match="203 eci"):
        build(MessageType.ARES, V220, {**members, "eci": "5"}, sender=Component.ACS)
    with pytest.raises(Misuse):
        build(MessageType.ARES, V220, {**members, "cardholderInfo": None}, sender=Component.ACS)


def test_our_own_critical_extension_is_no_mistake() -> None:
    """F2: we understand what we send."""
    extension = {
        "name": "ours",
        "id": "A000000802-004",
        "criticalityIndicator": True,
        "data": {"version": "1.0"},
    }
    made = build(
        MessageType.ARES,
        V220,
        samples.ares(messageExtension=[extension]),
        sender=Component.ACS,
    )
    check(made, receiver=Component.DIRECTORY)


def test_building_knows_who_will_read() -> None:
    """A2: what a Directory Server adds to an AReq is allowed on its way to the ACS only."""
    added = {"dsTransID": samples.DS_ID, "dsReferenceNumber": "DS", "dsURL": "https://ds.example"}
    forwarded = build(MessageType.AREQ, V220, samples.areq(**added), sender=Component.DIRECTORY)
    assert forwarded["dsTransID"] == samples.DS_ID
    with pytest.raises(Misuse):
        build(MessageType.AREQ, V220, samples.areq(**added), sender=Component.SERVER)
    with pytest.raises(Misuse):
        build(MessageType.AREQ, V220, samples.areq(), sender=Component.DIRECTORY)
    with pytest.raises(ProtocolFault):
        check(forwarded, receiver=Component.DIRECTORY)


def test_fitting_leaves_out_what_a_version_does_not_know() -> None:
    """F1: one set of facts serves every version."""
    facts = samples.areq(
        V231,
        browserColorDepth="24",
        acctInfo={"chAccAgeInd": "01", "chAccReqID": "abc", "chAccDate": None},
        threeDSRequestorChallengeInd="03",
        threeDSRequestorAuthenticationInfo={"threeDSReqAuthMethod": "02"},
        browserLanguage="ja",
        email=None,
    )
    facts["email"] = None
    old = build(MessageType.AREQ, V210, facts, sender=Component.SERVER, fit=True)
    assert "acceptLanguage" not in old
    assert "browserJavascriptEnabled" not in old
    assert "email" not in old
    assert old["acctInfo"] == {"chAccAgeInd": "01"}
    assert old["threeDSRequestorChallengeInd"] == "03"
    new = build(MessageType.AREQ, V231, facts, sender=Component.SERVER, fit=True)
    assert new["threeDSRequestorChallengeInd"] == ["03"]
    assert new["threeDSRequestorAuthenticationInfo"] == [{"threeDSReqAuthMethod": "02"}]
    assert new["acctInfo"] == {"chAccAgeInd": "01", "chAccReqID": "abc"}
    back = build(MessageType.AREQ, V220, new.elements, sender=Component.SERVER, fit=True)
    assert back["threeDSRequestorChallengeInd"] == "03"


def test_fitting_mends_nothing_else() -> None:
    """What is wrong stays wrong: dropping it in silence would hide a bug."""
    for odd in ({"homePhone": "x"}, {"acctInfo": ["a", "b"]}):
        with pytest.raises(Misuse):
            build(MessageType.AREQ, V220, samples.areq(**odd), sender=Component.SERVER, fit=True)


def test_a_fault_becomes_an_erro_that_names_everything() -> None:
    """F1: identifiers, type and version of the message, code, component, detail."""
    with pytest.raises(ProtocolFault) as caught:
        parse(wire(samples.areq(mcc="x", acquirerBIN="x")), receiver=Component.DIRECTORY)
    fault = caught.value
    assert isinstance(fault, TheyErred)
    assert fault.answerable
    erro = erro_for(fault, component=Component.DIRECTORY)
    assert erro.elements == {
        "messageType": "Erro",
        "messageVersion": "2.2.0",
        "threeDSServerTransID": samples.SERVER_ID,
        "errorCode": "203",
        "errorComponent": "D",
        "errorDescription": DESCRIPTIONS[ErrorCode.FORMAT_INVALID],
        "errorDetail": "acquirerBIN,mcc",
        "errorMessageType": "AReq",
    }
    assert parse(erro.encode(), receiver=Component.SERVER).elements == erro.elements


def test_an_erro_is_never_answered_with_an_erro() -> None:
    """F1: or two programs would quarrel for ever."""
    with pytest.raises(ProtocolFault) as caught:
        parse(wire(samples.erro(errorCode="x")), receiver=Component.DIRECTORY)
    assert not caught.value.answerable
    with pytest.raises(Misuse):
        erro_for(caught.value, component=Component.DIRECTORY)


def test_an_erro_about_no_message_speaks_the_version_it_is_told() -> None:
    """F1: what could not be read has no version of its own."""
    fault = ProtocolFault(ErrorCode.MESSAGE_INVALID, detail="Invalid Formatted Message")
    erro = erro_for(fault, component=Component.ACS, version=V231)
    assert (erro.version, "errorMessageType" in erro) == (V231, False)
    assert erro_for(fault, component=Component.ACS).version is V220
    bare = erro_for(ProtocolFault(ErrorCode.TIMED_OUT, version="9.9.9"), component=Component.ACS)
    assert bare["errorDetail"] == DESCRIPTIONS[ErrorCode.TIMED_OUT]


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_code_can_be_told_in_every_version(code: ErrorCode) -> None:
    """F1: 2.1.0 and 2.2.0 hear the nearest code they know."""
    for version in Version:
        fault = ProtocolFault(code, elements=("mcc",), version=version)
        told = erro_for(fault, component=Component.DIRECTORY)
        assert told["errorDescription"]
        if version is V231 or code not in YOUNGER_THAN_220:
            assert told["errorCode"] == code
        else:
            assert told["errorCode"] not in YOUNGER_THAN_220
        assert fault.error_description


def test_a_long_list_of_names_is_cut_to_what_fits() -> None:
    """errorDetail has room for 2048 characters."""
    fault = ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("x" * 100,) * 100)
    assert len(fault.error_detail) == DETAIL_CHARACTERS_MAX
    assert erro_for(fault, component=Component.ACS)


def test_no_fault_repeats_what_a_message_said() -> None:
    """E1: a card number that fails its format must not reach a log by way of the error."""
    with pytest.raises(ProtocolFault) as caught:
        parse(wire(samples.areq(acctNumber="4111111111111111x")), receiver=Component.DIRECTORY)
    erro = erro_for(caught.value, component=Component.DIRECTORY)
    assert b"4111" not in erro.encode()
    assert "4111" not in str(caught.value)
