"""The challenge channel: both ends in conversation, and everybody who wants to join in."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret
from sekisho.protocol import ErrorCode, ProtocolFault
from sekisho.protocol.forms import base64url, from_base64url
from sekisho.protocol.jose import (
    SPLIT_SDK,
    Enc,
    SecureChannel,
    Side,
    agree_channel,
    open_message,
    seal,
    transaction_of,
)
from sekisho.protocol.jose.compact import write_header
from sekisho.protocol.jose.jwe import write_jwe
from sekisho.protocol.jose.secure_channel import counted_iv
from tests.unit.protocol.jose.material import (
    code_of,
    ec,
    flipped,
    private_ec,
    vector,
    vectors,
    with_header,
)

ACS_ID: Final = "d7c1ee99-9478-44a6-b1f2-391e29c6b340"
REFERENCE: Final = "3DS_LOA_SDK_PPFU_020100_00007"
RANDOM: Final = bytes(range(16))
VECTORS: Final = vectors("challenge_channel_jwe")


def ends(enc: Enc = Enc.GCM, acs_trans_id: str = ACS_ID) -> tuple[SecureChannel, SecureChannel]:
    """Give both ends of a fresh channel: the SDK's and the ACS's."""
    sdk, acs = ec(31), ec(32)
    return (
        agree_channel(
            Side.SDK, own=sdk, peers=acs.public_key(), sdk_reference_number=REFERENCE,
            acs_trans_id=acs_trans_id, enc=enc,
        ),
        agree_channel(
            Side.ACS, own=acs, peers=sdk.public_key(), sdk_reference_number=REFERENCE,
            acs_trans_id=acs_trans_id,
        ),
    )  # fmt: skip


def said(channel: SecureChannel, **members: object) -> bytes:
    """Write a message that carries the channel's counter."""
    return json.dumps({channel.side.counter_name: channel.counter, **members}).encode()


def spoken(channel: SecureChannel, **members: object) -> tuple[str, SecureChannel]:
    """Seal a message that carries the channel's counter."""
    return seal(channel, said(channel, **members), random=RANDOM)


def test_both_sides_derive_the_key_of_the_vector() -> None:
    """F2: from the RFC's keys and a real reference number."""
    one = vector("key_agreement_and_kdf", "derived-secure-channel-cek")
    qc, qt = private_ec(one["Qc_sdk"]), private_ec(one["Qt_acs"])
    for side, own, peers, enc in (
        (Side.SDK, qc, qt, Enc.CBC),
        (Side.ACS, qt, qc, None),
    ):
        channel = agree_channel(
            side, own=own, peers=peers.public_key(), acs_trans_id=ACS_ID, enc=enc,
            sdk_reference_number=one["sdkReferenceNumber"],
        )  # fmt: skip
        assert channel.key.reveal().hex() == one["CEK_hex"]


@pytest.mark.parametrize("one", VECTORS, ids=lambda one: one["id"])
def test_every_vector_is_reproduced_and_read(one: dict[str, Any]) -> None:
    """F2: halves of the key, counted IVs and random ones, letter for letter."""
    sender = Side.SDK if one["id"].startswith("creq") else Side.ACS
    key = from_base64url(vector("key_agreement_and_kdf", "derived-secure-channel-cek")["CEK_b64u"])
    count = int(json.loads(one["plaintext"])[sender.counter_name])
    here = SecureChannel(
        side=sender, acs_trans_id=ACS_ID, key=Secret(key), enc=Enc(one["header"]["enc"]), sent=count
    )
    iv = bytes.fromhex(one["iv_hex"])
    if here.enc is Enc.GCM:
        assert counted_iv(sender, count) == iv
        iv = RANDOM
    made, after = seal(here, one["plaintext"].encode(), random=iv)
    read_header = json.loads(from_base64url(one["jwe_compact"].split(".")[0]))
    assert read_header == one["header"]
    assert made == one["jwe_compact"]
    assert after.sent == count + 1
    there = replace(here, side=sender.peer, sent=0, received=count)
    message, after = open_message(there, one["jwe_compact"])
    assert message == one["plaintext"].encode()
    assert after.received == count + 1


@given(st.sampled_from(Enc), st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_a_conversation_arrives_word_for_word(enc: Enc, answers: list[str]) -> None:
    """A2: the ACS answers as it was asked, and both count."""
    sdk, acs = ends(enc)
    for turn, answer in enumerate(answers):
        question, sdk = spoken(sdk, turn=turn)
        heard, acs = open_message(acs, question)
        assert json.loads(heard)["turn"] == turn
        assert acs.enc is enc
        reply, acs = spoken(acs, text=answer)
        heard, sdk = open_message(sdk, reply)
        assert json.loads(heard)["text"] == answer
    assert sdk.sent == sdk.received == acs.sent == acs.received == len(answers)


@given(st.sampled_from(Enc), st.booleans(), st.integers(0, 400), st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_refused(
    enc: Enc, answering: bool, place: int, bit: int
) -> None:
    """F2: attack 1, in both directions."""
    sdk, acs = ends(enc)
    text, sdk = spoken(sdk)
    listener = acs
    if answering:
        _, acs = open_message(acs, text)
        text, acs = spoken(acs)
        listener = sdk
    code = code_of(lambda: open_message(listener, flipped(text, place, bit)))
    assert code in {
        ErrorCode.DECRYPTION_FAILED,
        ErrorCode.TRANSACTION_UNKNOWN,
        ErrorCode.ALGORITHM_WRONG,
    }


@given(st.text(max_size=60) | st.text(alphabet='eyJhbGci.{}":A_-=', max_size=80))
def test_any_text_is_a_message_or_a_fault(text: str) -> None:
    """F1: whatever comes, before or after the transaction is known."""
    _, acs = ends()
    assert code_of(lambda: open_message(acs, text)) is ErrorCode.DECRYPTION_FAILED
    assert code_of(lambda: transaction_of(text)) is ErrorCode.DECRYPTION_FAILED


@given(
    st.dictionaries(
        st.sampled_from(["alg", "enc", "kid"]),
        st.sampled_from(["dir", *Enc, ACS_ID, None, 5, {}, ["x"]]),
    ),
    st.binary(max_size=20),
    st.binary(max_size=60),
)
def test_any_header_is_read_or_refused(header: Any, iv: bytes, rest: bytes) -> None:
    """F1: a ProtocolFault, whatever the header claims."""
    _, acs = ends()
    text = ".".join((write_header(header), "", *map(base64url, (iv, rest, rest[:16]))))
    with pytest.raises(ProtocolFault):
        open_message(acs, text)


@pytest.mark.parametrize("enc", Enc)
def test_a_repeated_message_is_refused_and_changes_nothing(enc: Enc) -> None:
    """F2: attack 2; the honest next message still opens."""
    sdk, acs = ends(enc)
    first, sdk = spoken(sdk)
    _, acs = open_message(acs, first)
    assert code_of(lambda: open_message(acs, first)) is ErrorCode.DECRYPTION_FAILED
    second, sdk = spoken(sdk)
    assert open_message(acs, second)[1].received == 2


@pytest.mark.parametrize("enc", Enc)
def test_a_message_left_out_is_noticed(enc: Enc) -> None:
    """F2: the counter must be the expected one, not merely a higher one."""
    sdk, acs = ends(enc)
    _, sdk = spoken(sdk)
    second, _ = spoken(sdk)
    assert code_of(lambda: open_message(acs, second)) is ErrorCode.DECRYPTION_FAILED


@pytest.mark.parametrize("enc", Enc)
def test_a_message_does_not_open_where_it_came_from(enc: Enc) -> None:
    """F2: reflected at its sender it is refused: another key half, or another counter's name."""
    sdk, _ = ends(enc)
    text, sdk = spoken(sdk)
    assert code_of(lambda: open_message(sdk, text)) in {
        ErrorCode.DECRYPTION_FAILED,
        ErrorCode.ELEMENT_MISSING,
    }


def test_a_counter_that_lies_inside_a_genuine_message_is_302() -> None:
    """F2: the IV may be right and the element wrong."""
    sdk, acs = ends(Enc.CBC)
    ahead, _ = spoken(replace(sdk, sent=4))
    with pytest.raises(ProtocolFault, match="302 sdkCounterStoA is not 000"):
        open_message(acs, ahead)


def test_a_content_that_is_no_message_is_101() -> None:
    """F1: decrypted content is read like any message."""
    sdk, acs = ends(Enc.CBC)
    text, _ = spoken(sdk, a=1)
    head = text.split(".")[0]
    from_here = write_again(acs, head, b"[]")
    assert code_of(lambda: open_message(acs, from_here)) is ErrorCode.MESSAGE_INVALID
    without = write_again(acs, head, b"{}")
    assert code_of(lambda: open_message(acs, without)) is ErrorCode.ELEMENT_MISSING


def write_again(channel: SecureChannel, head: str, message: bytes) -> str:
    """Encrypt anything at all under the channel's key."""
    from_head = json.loads(from_base64url(head))
    return write_jwe(from_head, enc=Enc.CBC, key=channel.key.reveal(), iv=RANDOM, plaintext=message)


def test_the_counter_does_not_wrap() -> None:
    """F2: message 256 is the last; a repeated IV would give GCM's key stream away."""
    sdk, acs = ends()
    sdk, acs = replace(sdk, sent=255), replace(acs, received=255)
    last, sdk = spoken(sdk)
    _, acs = open_message(acs, last)
    assert sdk.used_up
    with pytest.raises(Misuse, match="256"):
        spoken(sdk)
    with pytest.raises(ProtocolFault, match="302 sdkCounterStoA would pass 255"):
        open_message(acs, last)


def test_another_transactions_message_is_301() -> None:
    """F2: attack 1; the kid names the transaction, whatever its letters' case."""
    other, _ = ends(acs_trans_id="00000000-0000-0000-0000-000000000000")
    _, acs = ends(acs_trans_id=ACS_ID.upper())
    text, _ = spoken(other)
    assert code_of(lambda: open_message(acs, text)) is ErrorCode.TRANSACTION_UNKNOWN
    mine, _ = spoken(ends()[0])
    assert open_message(acs, mine)
    without = with_header(mine, kid=None)
    assert code_of(lambda: open_message(acs, without)) is ErrorCode.TRANSACTION_UNKNOWN


def test_the_transaction_is_read_before_the_key_is_known() -> None:
    """A2: the ACS finds the challenge by it."""
    text, _ = spoken(ends()[0])
    assert transaction_of(text) == ACS_ID
    without = with_header(text, kid=None)
    with pytest.raises(ProtocolFault) as caught:
        transaction_of(without)
    assert caught.value.error_code is ErrorCode.TRANSACTION_UNKNOWN
    assert caught.value.elements == ("acsTransID",)
    assert caught.value.message_type == "CReq"


def test_the_encryption_does_not_change_on_the_way() -> None:
    """F2: 310 with the expected one; one key serves one algorithm."""
    sdk, acs = ends(Enc.GCM)
    first, sdk = spoken(sdk)
    _, acs = open_message(acs, first)
    other, _ = spoken(replace(sdk, enc=Enc.CBC))
    with pytest.raises(ProtocolFault, match="310 A128GCM"):
        open_message(acs, other)


def test_a_split_sdk_uses_gcm() -> None:
    """F2: 310 for CBC, and our own SDK is not let to start with it."""
    sdk, acs = ends(Enc.CBC)
    text, _ = spoken(sdk)
    with pytest.raises(ProtocolFault, match="310 A128GCM"):
        open_message(replace(acs, allowed=SPLIT_SDK), text)


@pytest.mark.parametrize(
    "changes", [{"alg": "ECDH-ES"}, {"alg": None}, {"zip": "DEF"}, {"enc": "A256GCM"}]
)
def test_only_direct_encryption_is_read(changes: dict[str, Any]) -> None:
    """F1: attack 8."""
    sdk, acs = ends()
    text = with_header(spoken(sdk)[0], **changes)
    assert code_of(lambda: open_message(acs, text)) is ErrorCode.DECRYPTION_FAILED


def test_a_wrapped_key_is_refused() -> None:
    """F2: `dir` wraps none."""
    sdk, acs = ends()
    head, _, rest = spoken(sdk)[0].split(".", 2)
    text = f"{head}.AAAA.{rest}"
    assert code_of(lambda: open_message(acs, text)) is ErrorCode.DECRYPTION_FAILED


@pytest.mark.parametrize("reference", ["", "関所"])
def test_a_reference_number_that_cannot_be_party_info_is_203(reference: str) -> None:
    """F1: it came in an AReq, so it is the peer's fault."""
    code = code_of(
        lambda: agree_channel(
            Side.ACS, own=ec(1), peers=ec(2).public_key(), sdk_reference_number=reference,
            acs_trans_id=ACS_ID,
        )
    )  # fmt: skip
    assert code is ErrorCode.FORMAT_INVALID


@pytest.mark.parametrize(
    ("side", "enc"), [(Side.SDK, None), (Side.ACS, Enc.GCM), (Side.SDK, Enc.CBC)]
)
def test_who_chooses_the_encryption_is_settled(side: Side, enc: Enc | None) -> None:
    """F2: the SDK, among those allowed."""
    with pytest.raises(Misuse):
        agree_channel(
            side, own=ec(1), peers=ec(2).public_key(), sdk_reference_number=REFERENCE,
            acs_trans_id=ACS_ID, enc=enc, allowed=SPLIT_SDK,
        )  # fmt: skip


def test_what_we_must_not_send_is_our_mistake() -> None:
    """F2: without the right counter, before being asked, or without randomness."""
    sdk, acs = ends()
    with pytest.raises(Misuse, match="does not carry"):
        seal(sdk, b'{"sdkCounterStoA":"001"}', random=RANDOM)
    with pytest.raises(Misuse, match="none"):
        seal(sdk, b"not a message", random=RANDOM)
    with pytest.raises(Misuse, match="answers"):
        spoken(acs)
    with pytest.raises(Misuse, match="random"):
        seal(sdk, said(sdk), random=b"")


def test_a_channel_does_not_print_its_key() -> None:
    """D3: it stands in records and tracebacks."""
    sdk, _ = ends()
    assert sdk.key.reveal().hex() not in repr(sdk)
    assert repr(sdk.key.reveal()) not in repr(sdk)
