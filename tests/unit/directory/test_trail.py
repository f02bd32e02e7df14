"""What the trail keeps of a message: enough to explain it, nothing to misuse."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from sekisho.interoperability.directory.service.trail import HIDDEN, NOT_KEPT, entry, told
from sekisho.protocol import Category, Channel, Message, MessageType, Version
from sekisho.protocol.codec import read_object
from sekisho.protocol.vocabulary import Json

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


def kept(elements: dict[str, Json]) -> dict[str, Json]:
    message = Message(
        type=MessageType.AREQ,
        version=Version.V220,
        channel=Channel.BROWSER,
        category=Category.PAYMENT,
        elements=elements,
        received=elements,
    )
    line = entry(message, at=NOON, peer="server", inbound=True)
    return read_object(line.message.encode())


def test_a_card_number_keeps_its_last_four_digits() -> None:
    """F3: the one who searches recognises the card, and cannot use it."""
    assert kept({"acctNumber": "4111111111110103"}) == {"acctNumber": "••••••••••••0103"}


def test_what_is_personal_or_secret_is_hidden_at_any_depth() -> None:
    """Phone numbers are objects, e-mail addresses stand inside risk data."""
    shown = kept(
        {
            "mobilePhone": {"cc": "81", "subscriber": "9012345678"},
            "merchantRiskIndicator": {"deliveryEmailAddress": "a@b.example", "shipIndicator": "02"},
            "authenticationValue": "AAAB",
            "messageExtension": [
                {"id": "x", "name": "y", "criticalityIndicator": False, "data": {"pan": "4111"}}
            ],
            "acctInfo": [{"shipAddrCity": "Kyoto"}],
        }
    )
    assert shown == {
        "mobilePhone": HIDDEN,
        "merchantRiskIndicator": {"deliveryEmailAddress": HIDDEN, "shipIndicator": "02"},
        "authenticationValue": HIDDEN,
        "messageExtension": [
            {"id": "x", "name": "y", "criticalityIndicator": False, "data": HIDDEN}
        ],
        "acctInfo": [{"shipAddrCity": HIDDEN}],
    }


JSONS = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(sorted(NOT_KEPT)) | st.text(max_size=4), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(st.sampled_from(sorted(NOT_KEPT)), JSONS, st.lists(st.text(max_size=3), max_size=4))
def test_no_hidden_element_is_ever_shown(name: str, value: Json, path: list[str]) -> None:
    """Wherever it stands and whatever it is."""
    secret = "4111-the-secret"
    nested: Json = {name: [secret, value]}
    for step in path:
        nested = {step: [nested]}
    assert secret not in repr(kept({"top": nested}))


def test_nothing_sent_leaves_no_line() -> None:
    """An Erro was answered with nothing."""
    assert told(b"", at=NOON, peer="acs") == ()
    assert told(b"{}", at=NOON, peer="acs")[0].inbound is False
