"""Secure Payment Confirmation: an assertion confirms the one payment that was asked for."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.kernel.money import Amount
from sekisho.protocol import Channel, Component, Json, Message, ProtocolFault, Version, parse
from sekisho.protocol.forms import base64url, from_base64url
from sekisho.protocol.secure_payment_confirmation import (
    BadAssertion,
    BadKey,
    Confirmation,
    OfferedPasskey,
    Passkey,
    PaymentRequest,
    read_assertion,
    read_cose_key,
    request_in,
    same_value,
    verify,
)
from sekisho.testkit import samples
from sekisho.testkit.samples import wire
from sekisho.testkit.spc_authenticator import PrivateKey, SpcAuthenticator, cbor_map

SHOP, BANK, ID = "https://shop.example", "bank.example", b"passkey-of-alice"
EC: Final = derive_private_key(7, SECP256R1())
RSA: Final = generate_private_key(65537, 2048)
ED: Final = Ed25519PrivateKey.from_private_bytes(bytes(32))
REQUEST: Final = PaymentRequest(
    passkeys=(OfferedPasskey(rp_id=BANK, credential_id=ID),),
    challenge=bytes(range(32)),
    currency="EUR",
    value=Amount(minor=1250, currency="EUR").major_text(),
    display_name="Sekisho card ···· 0003",
    icon="https://bank.example/card.png",
    timeout_ms=300_000,
    payee_name="Sekisho Books",
    payee_origin=SHOP,
)


def authenticator(key: PrivateKey = EC, **changes: object) -> SpcAuthenticator:
    made = SpcAuthenticator(key=key, credential_id=ID, rp_id=BANK, origin=SHOP)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def kept(device: SpcAuthenticator, *, sign_count: int = 0) -> Passkey:
    key = read_cose_key(device.cose_key())
    return Passkey(credential_id=ID, rp_id=BANK, key=key, sign_count=sign_count)


def judge(
    data: Json,
    *,
    request: PaymentRequest = REQUEST,
    passkey: Passkey | None = None,
    origins: frozenset[str] = frozenset({SHOP}),
) -> Confirmation:
    passkey = passkey or kept(authenticator())
    return verify(read_assertion(data), request=request, passkey=passkey, origins=origins)


def refused(data: Json, **changes: object) -> str:
    with pytest.raises(BadAssertion) as caught:
        judge(data, **changes)  # type: ignore[arg-type]  # each test names the ones it changes
    assert caught.value.differs in str(caught.value)
    return caught.value.differs


@pytest.mark.parametrize("key", [EC, RSA, ED], ids=["ES256", "RS256", "EdDSA"])
def test_a_confirmed_payment_is_confirmed(key: PrivateKey) -> None:
    """F1: with each of the three kinds of passkeys; the passkey that did it is named."""
    device = authenticator(key)
    found = judge(device.confirm(REQUEST), passkey=kept(device))
    assert found == Confirmation(passkey=REQUEST.passkeys[0], sign_count=0)


def test_the_assertion_travels_as_object_text_or_base64url() -> None:
    """F1: threeDSReqAuthData is a string or an object."""
    data = authenticator().confirm(REQUEST)
    text = json.dumps(data)
    for form in (data, text, base64url(text.encode())):
        assert judge(form).passkey.credential_id == ID


def test_the_request_travels_in_the_ares() -> None:
    """F1: what the ACS wrote into transStatus S, the requestor reads, whole and bare."""
    bare = replace(REQUEST, payee_name=None, additional_data="x")
    for request in (REQUEST, bare, replace(REQUEST, payee_origin=None)):
        assert request_in(ares(request.elements())) == request


def ares(elements: dict[str, Json]) -> Message:
    members = samples.ares(
        Version.V231, transStatus="S", authenticationValue=None, eci=None, **elements
    )
    return parse(wire(members), receiver=Component.DIRECTORY, channel=Channel.BROWSER)


def test_a_request_that_no_browser_could_carry_out_is_refused() -> None:
    """F1: no payee, a challenge or an id that are not canonical, or no request at all."""
    elements = REQUEST.elements()
    data = elements["spcTransData"]
    assert isinstance(data, dict)
    nobody = samples.changed(data, {"payeeName": None, "payeeOrigin": None})
    cases: list[tuple[dict[str, Json], tuple[str, str]]] = [
        ({**elements, "spcTransData": nobody}, ("201", "spcTransData.payeeOrigin")),
        (
            {**elements, "spcTransData": {**data, "challenge": "A" * 42 + "B"}},
            ("203", "spcTransData.challenge"),
        ),
        (
            {**elements, "webAuthnCredList": [{"rpID": BANK, "credentialIds": "A" * 17}]},
            ("203", "webAuthnCredList.credentialIds"),
        ),
    ]
    for changed, expected in cases:
        with pytest.raises(ProtocolFault) as caught:
            request_in(ares(changed))
        assert (caught.value.error_code.value, caught.value.error_detail) == expected
    with pytest.raises(ProtocolFault) as caught:
        request_in(parse(wire(samples.ares(Version.V231)), receiver=Component.DIRECTORY))
    assert caught.value.error_code == "201"


@pytest.mark.parametrize(
    "changes",
    [
        {"passkeys": ()},
        {"passkeys": REQUEST.passkeys * 11},
        {"challenge": bytes(31)},
        {"payee_name": None, "payee_origin": None},
    ],
)
def test_a_request_that_asks_nothing_is_our_mistake(changes: dict[str, object]) -> None:
    """F1: nobody to ask, a challenge that can be guessed, or nobody to pay."""
    with pytest.raises(Misuse):
        replace(REQUEST, **changes)  # type: ignore[arg-type]  # one field exchanged
    assert len(replace(REQUEST, passkeys=REQUEST.passkeys * 10).passkeys) == 10


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"passkeys": (OfferedPasskey(rp_id=BANK, credential_id=b"another passkey."),)}, "id"),
        ({"passkeys": (OfferedPasskey(rp_id="b.example", credential_id=ID),)}, "id"),
        ({"challenge": bytes(32)}, "challenge"),
        ({"currency": "USD"}, "payment.total.currency"),
        ({"value": "12.51"}, "payment.total.value"),
        ({"value": "1250"}, "payment.total.value"),
        ({"payee_name": "Other Books"}, "payment.payeeName"),
        ({"payee_name": None}, "payment.payeeName"),
        ({"payee_origin": "https://other.example"}, "payment.payeeOrigin"),
        ({"payee_origin": None}, "payment.payeeOrigin"),
        ({"display_name": "Another card"}, "payment.instrument.displayName"),
        ({"icon": "https://bank.example/other.png"}, "payment.instrument.icon"),
    ],
)
def test_another_payment_is_not_confirmed(change: dict[str, object], differs: str) -> None:
    """F1: a genuine assertion proves nothing about any other request; the difference is named."""
    asked = replace(REQUEST, **change)  # type: ignore[arg-type]  # one field exchanged
    assert refused(authenticator().confirm(REQUEST), request=asked) == differs


def test_a_passkey_confirms_for_its_own_bank_alone() -> None:
    """F1: the page, the domain within what is signed, and the authenticator's hash of it."""
    device = authenticator()
    assert refused(device.confirm(REQUEST), origins=frozenset({"https://evil.example"})) == "origin"
    payment = device.client_data(REQUEST)["payment"]
    assert isinstance(payment, dict)
    top: dict[str, Json] = {"payment": {**payment, "topOrigin": "https://evil.example"}}
    assert refused(device.confirm(REQUEST, client=top)) == "payment.topOrigin"
    other: dict[str, Json] = {"payment": {**payment, "rpId": "evil.example"}}
    assert refused(device.confirm(REQUEST, client=other)) == "payment.rpId"
    device.rp_id = "evil.example"
    assert refused(device.confirm(REQUEST, client={"payment": payment})) == "rpIdHash"


def test_older_browsers_call_the_domain_rp() -> None:
    """F1: the name changed while browsers were out; the new one counts where both stand."""
    device = authenticator()
    payment = device.client_data(REQUEST)["payment"]
    assert isinstance(payment, dict)
    older = {"rp" if name == "rpId" else name: value for name, value in payment.items()}
    assert judge(device.confirm(REQUEST, client={"payment": older})).sign_count == 0
    both = {**payment, "rp": BANK, "rpId": "evil.example"}
    assert refused(device.confirm(REQUEST, client={"payment": both})) == "payment.rpId"


@pytest.mark.parametrize(
    ("flags", "differs"),
    [
        (0x04, "user presence"),
        (0x01, "user verification"),
        (0x00, "user presence"),
        (0x45, "authenticatorData"),
        (0x85, "authenticatorData"),
    ],
)
def test_the_cardholder_must_be_there_and_be_verified(flags: int, differs: str) -> None:
    """F1: a touch is not enough to pay; what is announced must follow, and nothing else."""
    assert refused(authenticator(flags=flags).confirm(REQUEST)) == differs


@pytest.mark.parametrize(
    ("told", "known", "fits"),
    [(0, 0, True), (6, 5, True), (6, 0, True), (5, 5, False), (4, 5, False), (0, 5, False)],
)
def test_an_authenticator_counts_on_or_not_at_all(told: int, known: int, fits: bool) -> None:
    """F1: a copied passkey falls behind."""
    device = authenticator(sign_count=told - 1 if told else 0)
    data = device.confirm(REQUEST)
    passkey = kept(device, sign_count=known)
    if told == 1 or fits:
        assert judge(data, passkey=passkey).sign_count == told
    else:
        assert refused(data, passkey=passkey) == "sign count"


def test_extensions_of_the_authenticator_are_signed_and_read_over() -> None:
    """F1: what is announced may follow."""
    device = authenticator(flags=0x85)
    data = device.confirm(REQUEST)
    response = data["response"]
    assert isinstance(response, dict)
    octets = from_base64url(str(response["authenticatorData"])) + b"\xa0"
    client = from_base64url(str(response["clientDataJSON"]))
    response["authenticatorData"] = base64url(octets)
    assert refused(data) == "signature"
    response["signature"] = base64url(device.sign(octets + sha256(client).digest()))
    assert judge(data).sign_count == 0


@pytest.mark.parametrize("key", [EC, RSA, ED], ids=["ES256", "RS256", "EdDSA"])
def test_another_key_s_signature_is_refused(key: PrivateKey) -> None:
    """F1: as is one that is none."""
    device = authenticator(key)
    data = device.confirm(REQUEST)
    stranger = authenticator(derive_private_key(8, SECP256R1()))
    assert refused(data, passkey=kept(stranger)) == "signature"
    response = data["response"]
    assert isinstance(response, dict)
    response["signature"] = base64url(b"none")
    assert refused(data, passkey=kept(device)) == "signature"


def test_another_passkey_s_id_is_refused() -> None:
    """F1: it was offered as well, but this is not its key."""
    other = OfferedPasskey(rp_id=BANK, credential_id=b"passkey-of-bobby")
    request = replace(REQUEST, passkeys=(*REQUEST.passkeys, other))
    data = authenticator().confirm(request)
    passkey = replace(kept(authenticator()), credential_id=other.credential_id)
    assert refused(data, request=request, passkey=passkey) == "id"


SOUND: Final = authenticator().confirm(REQUEST)
CLIENT: Final = authenticator().client_data(REQUEST)


@pytest.mark.parametrize(
    ("path", "differs"),
    [
        ("type", "credential type"),
        ("id", "id"),
        ("response", "response"),
        ("response.clientDataJSON", "response.clientDataJSON"),
        ("response.authenticatorData", "response.authenticatorData"),
        ("response.signature", "response.signature"),
    ],
)
@pytest.mark.parametrize("value", [None, 1, "", "=", [], "AA=="])
def test_every_part_of_a_credential_is_needed(path: str, differs: str, value: Json) -> None:
    """F1: and named where it is missing or malformed."""
    data = json.loads(json.dumps(SOUND))
    *above, name = path.split(".")
    place = data[above[0]] if above else data
    place[name] = value
    expected = {
        ("id", ""): "rawId",
        ("response.clientDataJSON", ""): "clientDataJSON",
        ("response.authenticatorData", ""): "authenticatorData",
        ("response.signature", ""): "signature",
    }.get((path, value if isinstance(value, str) else "x"), differs)
    if name == "id":
        place.pop("rawId")
        expected = "id"
    assert refused(data) == expected


@pytest.mark.parametrize(
    ("path", "differs"),
    [
        ("type", "type"),
        ("challenge", "challenge"),
        ("origin", "origin"),
        ("payment", "payment"),
        ("payment.rpId", "payment.rpId"),
        ("payment.topOrigin", "payment.topOrigin"),
        ("payment.payeeName", "payment.payeeName"),
        ("payment.payeeOrigin", "payment.payeeOrigin"),
        ("payment.total", "payment.total"),
        ("payment.total.currency", "payment.total.currency"),
        ("payment.total.value", "payment.total.value"),
        ("payment.instrument", "payment.instrument"),
        ("payment.instrument.displayName", "payment.instrument.displayName"),
        ("payment.instrument.icon", "payment.instrument.icon"),
    ],
)
@pytest.mark.parametrize("value", [None, 1, "x y", []])
def test_every_part_of_what_was_shown_is_needed(path: str, differs: str, value: Json) -> None:
    """F1: signed or not, what cannot be compared confirms nothing."""
    client = json.loads(json.dumps(CLIENT))
    *above, name = path.split(".")
    place = client
    for each in above:
        place = place[each]
    place[name] = value
    assert refused(authenticator().confirm(REQUEST, client=client)) == differs


def test_a_missing_domain_is_named() -> None:
    """F1: neither by its new name nor by its old one."""
    client = json.loads(json.dumps(CLIENT))
    del client["payment"]["rpId"]
    assert refused(authenticator().confirm(REQUEST, client=client)) == "payment.rp"


def test_a_login_is_no_payment() -> None:
    """F1: an assertion of webauthn.get, genuine as it may be, confirms none."""
    assert refused(authenticator().confirm(REQUEST, client={"type": "webauthn.get"})) == "type"


def test_an_id_written_in_two_ways_is_refused() -> None:
    """F1: id and rawId are one; a browser that leaves the second out is taken at its word."""
    assert refused({**SOUND, "rawId": base64url(b"another")}) == "rawId"
    assert judge({name: value for name, value in SOUND.items() if name != "rawId"}).sign_count == 0


@pytest.mark.parametrize("data", [None, 1, [], "", "x", "é", "\ud800", "[]", "x" * 50_001])
def test_what_is_no_assertion_is_refused(data: Json) -> None:
    """F1: threeDSReqAuthData may hold anything."""
    assert refused(data) == "form"


def test_a_text_may_be_as_long_as_the_element() -> None:
    """F1: fifty thousand characters."""
    text = json.dumps({**SOUND, "x": ""})
    most = json.dumps({**SOUND, "x": "x" * (50_000 - len(text))})
    assert len(most) == 50_000
    assert judge(most).sign_count == 0
    assert refused(most + " ") == "form"


def test_a_repeated_member_is_refused() -> None:
    """F1: which of the two was shown?"""
    text = json.dumps(CLIENT).replace('"origin"', '"origin": "https://evil.example", "origin"')
    response = SOUND["response"]
    assert isinstance(response, dict)
    data: Json = {
        **SOUND,
        "response": {**response, "clientDataJSON": base64url(text.encode())},
    }
    assert refused(data) == "clientDataJSON"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("12.5", "12.50", True),
        ("12", "12.00", True),
        ("012.5", "12.5", True),
        ("0.1", "0.10000000000000001", False),
        ("9007199254740993", "9007199254740992", False),
        ("1" * 40, "1" * 39 + "2", False),
        ("1e3", "1000", False),
        ("+1", "1", False),
        ("-1", "-1", False),
        (".5", "0.5", False),
        ("5.", "5", False),
        ("NaN", "NaN", False),
        ("１", "1", False),
        ("1\n", "1", False),
        ("1" * 41, "1" * 41, False),
        ("1", "", False),
    ],
)
def test_amounts_are_compared_exactly(one: str, other: str, same: bool) -> None:
    """F1: as decimals, never as binary fractions, and only where both are amounts."""
    assert same_value(one, other) is same_value(other, one) is same


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "response", "clientDataJSON", "signature", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=10,
)


@given(JSONISH, st.data())
def test_nothing_raises_anything_but_bad_assertion(noise: Json, data: st.DataObject) -> None:
    """F1: whatever threeDSReqAuthData holds, and whatever is put into a sound one."""
    response = SOUND["response"]
    assert isinstance(response, dict)
    name = data.draw(st.sampled_from([*SOUND, *response]))
    spoilt: Json = (
        {**SOUND, name: noise}
        if name in SOUND
        else {**SOUND, "response": {**response, name: noise}}
    )
    for each in (noise, spoilt):
        try:
            judge(each)
        except BadAssertion:
            continue
        assert each == SOUND


COSE: Final = authenticator().cose_key()
MODULUS: Final = b"\x80" + bytes(254) + b"\x01"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        b"\xa0",
        b"\xa1",
        b"\xa1\x01",
        b"\xbf\xff",
        COSE[:-1],
        COSE + b"\0",
        b"\xa6" + COSE[1:] + b"\x01\x02",
        b"\xa6" + COSE[1:] + b"\x41\x00\x02",
        b"\xa6" + COSE[1:] + b"\x04\xf5",
        b"\xa6" + COSE[1:] + b"\x04\x60",
        b"\xa6" + COSE[1:] + b"\x18\x17\x00",
        b"\xa6" + COSE[1:] + b"\x19\x00\xff\x00",
        b"\xa6" + COSE[1:] + b"\x1a\x00\x01\x00\x00\x00",
        cbor_map({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}),
        cbor_map({1: 2, 3: -7, -1: 1, -2: bytes(31), -3: bytes(32)}),
        cbor_map({1: 2, 3: -7, -1: 1, -2: 5, -3: bytes(32)}),
        cbor_map({1: 2, 3: -7, -1: 2, -2: bytes(32), -3: bytes(32)}),
        cbor_map({1: 2, 3: -8, -1: 1, -2: bytes(32), -3: bytes(32)}),
        cbor_map({1: 1, 3: -8, -1: 6, -2: bytes(33)}),
        cbor_map({1: 1, 3: -8, -1: 6}),
        cbor_map({1: 3, 3: -257, -1: MODULUS[1:], -2: b"\1\0\1"}),
        cbor_map({1: 3, 3: -257, -1: bytes(1024) + b"\1" + bytes(800), -2: b"\2"}),
        cbor_map({1: 3, 3: -257, -1: b"\1" + bytes(1023) + b"\1", -2: b"\1\0\1"}),
        cbor_map({1: 3, 3: -257, -1: MODULUS, -2: b"\2"}),
        cbor_map({1: 3, 3: -257, -1: MODULUS, -2: b"\1\0\0\0\1"}),
        cbor_map({1: 3, 3: -257, -1: MODULUS, -2: 3}),
        cbor_map({1: 3, 3: -37, -1: MODULUS, -2: b"\1\0\1"}),
        cbor_map({1: 3, 3: -257, -1: MODULUS, -2: b"\1\0\1", -3: bytes(2000)}),
    ],
)
def test_what_is_no_key_of_a_passkey_is_refused(data: bytes) -> None:
    """F1: CBOR that a key does not need, numbers that are none of a key, and useless sizes."""
    with pytest.raises(BadKey):
        read_cose_key(data)


def test_keys_are_read_up_to_their_limits() -> None:
    """F1: 2048 to 8192 bits, any exponent of 32; labels that nobody knows are read over."""
    largest = b"\x80" + bytes(1022) + b"\x01"
    for modulus in (MODULUS, largest):
        key = read_cose_key(cbor_map({1: 3, 3: -257, -1: modulus, -2: b"\xff\xff\xff\xff"}))
        assert isinstance(key, RSAPublicKey)
    extended = cbor_map({1: 1, 3: -8, -1: 6, -2: bytes(32), 24: 24, 256: 65535})
    assert isinstance(read_cose_key(extended), Ed25519PublicKey)
    sized = cbor_map({1: 1, 3: -8, -1: 6, -2: bytes(32), 9: bytes(2048 - 46)})
    assert len(sized) == 2048
    assert isinstance(read_cose_key(sized), Ed25519PublicKey)
    with pytest.raises(BadKey):
        read_cose_key(cbor_map({1: 1, 3: -8, -1: 6, -2: bytes(32), 9: bytes(2048 - 45)}))


@given(st.binary(max_size=60), st.integers(0, len(COSE)), st.integers(0, 9))
def test_no_octets_raise_anything_but_bad_key(noise: bytes, at: int, skip: int) -> None:
    """F1: a key, or one error type."""
    for data in (noise, b"\xa3" + noise, COSE[:at] + noise + COSE[at + skip :]):
        try:
            read_cose_key(data)
        except BadKey:
            continue
