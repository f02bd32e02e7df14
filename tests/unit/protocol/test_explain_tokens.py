"""What is encrypted or signed is explained to whoever has the key or the root."""

import base64
import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.protocol import Component, ErrorCode, Explanation, NoMessage, Version, explain
from sekisho.protocol.explanation import NoKey
from sekisho.protocol.explanation.keys import KEY_FILE_BYTES_MAX, read_keys
from sekisho.protocol.forms import base64url
from sekisho.protocol.jose import Enc, jwk_of, seal_with_ec, sign_sdk_server_content
from sekisho.protocol.jose.jwe import write_jwe
from sekisho.protocol.jose.jws import write_jws
from sekisho.protocol.jose.secure_channel import Side, counted_iv
from sekisho.protocol.jose.signed_content import sign_acs_content
from sekisho.testkit import samples
from sekisho.testkit.samples import wire
from tests.unit.protocol.jose.material import NOW, ROOT, ec, rsa, vector, vectors
from tests.unit.protocol.jose.test_signed_content import CONTENT, SDK_KEY, SPLIT, signer
from tests.unit.protocol.test_explain import element, told

SESSION_KEY: Final = bytes(range(32))
ROOT_PEM: Final = ROOT.public_bytes(Encoding.PEM)
TRANS_ID: Final = str(samples.app_creq()["acsTransID"])


def sealed_creq(
    *, enc: Enc = Enc.GCM, half: Side = Side.SDK, count: int = 0, kid: str | None = TRANS_ID,
    key: bytes = SESSION_KEY, encrypted_key: bytes = b"", alg: str = "dir", **changes: Any,
) -> str:  # fmt: skip
    """Encrypt a CReq as an SDK does, or as it should not."""
    header = {"alg": alg, "enc": enc.value, "kid": kid}
    part = key if enc is Enc.CBC else key[:16] if half is Side.SDK else key[16:]
    iv = bytes(16) if enc is Enc.CBC else counted_iv(Side.SDK, count)
    plaintext = wire(samples.app_creq(**changes))
    known = {name: value for name, value in header.items() if value is not None}
    return write_jwe(
        known, enc=enc, key=part, iv=iv, plaintext=plaintext, encrypted_key=encrypted_key
    )


def signed_acs_content() -> str:
    return sign_acs_content(CONTENT, signer(ec(43)))


def opened(text: str, key: bytes = SESSION_KEY.hex().encode(), **options: Any) -> Explanation:
    return explain(text.encode(), key=key, **options)


@pytest.mark.parametrize("one", vectors("challenge_channel_jwe"), ids=lambda one: one["id"])
def test_a_published_challenge_message_is_explained_under_its_key(one: dict[str, Any]) -> None:
    """F2: every vector, whole session key or half, CBC or GCM, CReq or CRes."""
    explanation = opened(one["jwe_compact"], one["key_b64u"].encode())
    assert explanation.faults == ()
    members = json.loads(one["plaintext"])
    assert explanation.message_type == members["messageType"]
    assert [each.name for each in explanation.elements] == list(members)
    assert explanation.came_as == f"JWE ({one['header']['enc']}), with EMV 3DS JSON"
    reader = Component.ACS if explanation.message_type == "CReq" else Component.SDK
    assert explanation.receiver is reader


@pytest.mark.parametrize("enc", list(Enc))
def test_a_session_key_opens_both_encryptions(enc: Enc) -> None:
    """F2: who holds the session key need not know which half is whose."""
    assert opened(sealed_creq(enc=enc)).faults == ()
    for key in (SESSION_KEY, base64.b64encode(SESSION_KEY), base64url(SESSION_KEY).encode()):
        assert opened(sealed_creq(enc=enc), key).message_type == "CReq"
    half = SESSION_KEY[:16].hex(":").encode()
    if enc is Enc.GCM:
        assert opened(sealed_creq(enc=enc), half).faults == ()
    else:
        assert told(opened(sealed_creq(enc=enc), half)) == [("302", "")]


def test_what_a_receiver_would_refuse_of_the_encryption_is_told() -> None:
    """F2: wrong half, wrong counter, wrong transaction: the first three suspects."""
    assert told(opened(sealed_creq(half=Side.ACS))) == [("302", "")]
    wrong = opened(sealed_creq(half=Side.ACS)).faults[0]
    assert wrong.expected == "the half of the session key that the SDK encrypts with"
    assert wrong.found == "the other half"
    counted = opened(sealed_creq(count=1))
    assert told(counted) == [("302", "sdkCounterStoA")]
    assert counted.faults[0].expected == f"IV {'00' * 12}, the SDK's with that counter"
    assert counted.faults[0].found == f"IV {'00' * 11}01"
    foreign = opened(sealed_creq(kid=samples.SDK_ID))
    assert told(foreign) == [("301", "acsTransID")]
    assert foreign.faults[0].found == f"kid {samples.SDK_ID}"
    assert foreign.reported[next(iter(foreign.reported))].error_detail == "acsTransID"
    assert opened(sealed_creq(kid=TRANS_ID.upper())).faults == ()
    assert told(opened(sealed_creq(kid=None))) == [("301", "acsTransID")]


@pytest.mark.parametrize("counter", ["00", "0000", "-01", "٠٠٠", "256", "999", 0, None, ["000"]])
def test_a_counter_in_bad_form_is_no_crash(counter: object) -> None:
    """F1: the table names it; the IV cannot be told from it."""
    explanation = opened(sealed_creq(sdkCounterStoA=counter))
    assert all(fault.element == "sdkCounterStoA" for fault in explanation.faults)
    assert "302" not in dict(told(explanation))
    assert opened(sealed_creq(sdkCounterStoA="255", count=255)).faults == ()


def test_faults_of_the_message_inside_are_told_beside_those_of_the_encryption() -> None:
    """F3: a receiver stops at the first; here all are shown."""
    explanation = opened(sealed_creq(count=1, messageVersion="2.1", threeDSServerTransID="x"))
    assert told(explanation) == [("302", "sdkCounterStoA"), ("203", "messageVersion")]
    other = opened(sealed_creq(count=1, threeDSServerTransID="x"))
    assert ("203", "threeDSServerTransID") in told(other)
    assert {each.error_code for each in other.reported.values()} == {"302"}
    stray = write_jwe(
        {"alg": "dir", "enc": "A128GCM"},
        enc=Enc.GCM, key=SESSION_KEY[:16], iv=bytes(12), plaintext=b'{"messageType":"AReq"}',
    )  # fmt: skip
    assert opened(stray).message_type == "AReq"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (sealed_creq(key=bytes(32)), "no key that was given opens it"),
        (sealed_creq(encrypted_key=b"x"), "it is not encrypted under the agreed key itself"),
        (sealed_creq().replace(".", ".x", 1), "the message is not base64url"),
        (sealed_creq(enc=Enc.CBC)[:-2], "the message has an IV or a tag of the wrong length"),
    ],
)
def test_a_jwe_that_does_not_open_is_a_fault_with_its_header(text: str, found: str) -> None:
    """F2: 302; kid and algorithm say which transaction and which key it wanted."""
    explanation = opened(text)
    assert told(explanation) == [("302", "")]
    assert explanation.faults[0].found == found
    assert explanation.faults[0].error_detail == found
    assert (explanation.subject, explanation.came_as) == ("an encrypted message (JWE)", "JWE")
    header = {each.name: each for each in explanation.elements[0].children}
    assert header["kid"].value == TRANS_ID
    assert header["alg"].meaning == "under the session key itself"
    assert header["kid"].inclusion is None


def test_without_a_key_an_encrypted_message_is_called_so() -> None:
    """F3: and nothing is guessed."""
    with pytest.raises(NoMessage) as caught:
        explain(sealed_creq().encode())
    assert caught.value.saw.startswith("an encrypted message (JWE)")
    with pytest.raises(NoMessage, match="101"):
        opened(write_jwe(
            {"alg": "dir", "enc": "A128GCM"},
            enc=Enc.GCM, key=SESSION_KEY[:16], iv=bytes(12), plaintext=b"hello",
        ))  # fmt: skip


def test_an_earlier_message_may_be_encrypted_too() -> None:
    """F2: the CReq that a CRes answers, as it was captured."""
    cres = wire(
        {
            "messageType": "CRes", "messageVersion": "2.2.0", "acsTransID": TRANS_ID,
            "threeDSServerTransID": samples.app_creq()["threeDSServerTransID"],
            "sdkTransID": samples.SDK_ID, "acsCounterAtoS": "000",
            "challengeCompletionInd": "Y", "transStatus": "Y",
        }
    )  # fmt: skip
    key = SESSION_KEY.hex().encode()
    assert explain(cres, key=key, reply_to=sealed_creq().encode()).faults == ()
    other = sealed_creq(acsTransID=samples.SDK_ID, kid=samples.SDK_ID).encode()
    assert told(explain(cres, key=key, reply_to=other)) == [("301", "acsTransID")]
    with pytest.raises(NoMessage) as caught:
        explain(cres, key=bytes(32), reply_to=sealed_creq().encode())
    assert caught.value.saw == "the earlier one is an encrypted message (JWE)"


RSA_JWE: Final = vector("sdkEncData_jwe", "sdkEncData-rsa-oaep-256-cbc")
EC_JWE: Final = vector("sdkEncData_jwe", "sdkEncData-ecdh-es-cbc")
RSA_PEM: Final = rsa().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
NUMBERS: Final = {
    name: RSA_JWE["ds_private_jwk"][name] for name in ("kty", "n", "e", "d", "p", "q")
}


def ec_jwe(directory_server_id: str) -> str:
    return seal_with_ec(
        b'{"DV":"1.4","DPNA":{"C010":"RE01"}}', key=ec(77).public_key(), kid="k", enc=Enc.GCM,
        ephemeral=ec(78), directory_server_id=directory_server_id, iv=bytes(12),
    )  # fmt: skip


EC_PEM: Final = ec(77).private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
EC_JWK: Final = {**jwk_of(ec(77).public_key()), "d": base64url((77).to_bytes(32, "big"))}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (RSA_JWE["jwe_compact"], RSA_PEM),
        (RSA_JWE["jwe_compact"], json.dumps(RSA_JWE["ds_private_jwk"]).encode()),
        (RSA_JWE["jwe_compact"], json.dumps({"keys": [EC_JWK, NUMBERS]}).encode()),
        (RSA_JWE["jwe_compact"], EC_PEM + b"\n" + RSA_PEM),
        (EC_JWE["jwe_compact"], EC_JWE["cek_b64u"].encode()),
        (ec_jwe("A000000004"), EC_PEM),
        (ec_jwe("A000000065"), json.dumps([EC_JWK]).encode()),
    ],
)
def test_device_data_open_under_a_key_of_the_directory_server(text: str, key: bytes) -> None:
    """F2: alone, or where they stand in an AReq; the known brands' directories are tried."""
    alone = opened(text, key)
    assert alone.subject == "sdkEncData: device data for the Directory Server"
    assert alone.faults == ()
    assert element(alone, "DV").value == "1.4"
    assert element(alone, "DPNA.C010").meaning == "market or regional restriction"
    assert element(alone, "DPNA.C010").inclusion is None
    within = explain(wire(samples.app_areq(sdkEncData=text)), key=key)
    assert within.faults == ()
    assert element(within, "sdkEncData").value is None
    assert element(within, "sdkEncData").remark == "opened"
    assert element(within, "sdkEncData.DV").title == "Version of the device data"


def test_device_data_that_do_not_open_are_a_fault() -> None:
    """F2: 302, or nothing to say where no key was given."""
    areq = wire(samples.app_areq(sdkEncData=RSA_JWE["jwe_compact"]))
    closed = explain(areq)
    assert closed.faults == ()
    assert "no key was given" in element(closed, "sdkEncData").remark
    wrong = explain(areq, key=EC_PEM)
    assert told(wrong) == [("302", "sdkEncData")]
    assert element(wrong, "sdkEncData").remark == "not opened: no key that was given opens it"
    assert element(wrong, "sdkEncData").value is not None
    assert {each.error_code for each in wrong.reported.values()} == {"302"}
    assert told(opened(RSA_JWE["jwe_compact"], EC_PEM)) == [("302", "sdkEncData")]
    assert told(opened(ec_jwe("X"), EC_PEM)) == [("302", "sdkEncData")]
    assert told(opened(RSA_JWE["jwe_compact"], SESSION_KEY)) == [("302", "sdkEncData")]
    assert opened(ec_jwe("X"), EC_PEM, directory_server_id="X").faults == ()
    assert told(opened(ec_jwe("A000000004"), EC_PEM, directory_server_id="X")) != []
    list_inside = write_jwe(
        {"alg": "RSA-OAEP-256", "enc": "A128GCM"},
        enc=Enc.GCM, key=bytes(16), iv=bytes(12), plaintext=b"[]",
    )  # fmt: skip
    assert opened(list_inside, bytes(16).hex().encode()).faults[0].found == (
        "it holds no JSON object"
    )
    assert told(opened(list_inside, SESSION_KEY)) == [("302", "sdkEncData")]


def test_device_info_is_read_where_it_is_what_it_should_be() -> None:
    """F1: JSON in base64url, as the Directory Server hands it on."""
    info = base64url(b'{"DV":"1.1","SW":["SW01"],"DPNA":5,"X":"y"}')
    explanation = explain(wire(samples.areq(deviceInfo=info)))
    assert element(explanation, "deviceInfo.DV").value == "1.1"
    assert element(explanation, "deviceInfo.SW").value == ["SW01"]
    assert element(explanation, "deviceInfo.X").remark == "unknown"
    odd = explain(wire(samples.areq(deviceInfo="odd!")))
    assert element(odd, "deviceInfo").value == "odd!"
    assert explain(wire(samples.areq(deviceInfo=["x"], sdkEncData=""))).elements


def test_a_signed_content_is_decoded_and_verified_where_a_root_is_given() -> None:
    """F2: alone, as an SDK's log has it."""
    text = signed_acs_content().encode()
    plain = explain(text)
    assert (plain.subject, plain.faults) == ("acsSignedContent", ())
    assert plain.came_as == "JWS; signature not verified: no root was given"
    assert element(plain, "acsURL").value == CONTENT.acs_url
    certificates = element(plain, "header.x5c[1]")
    assert certificates.value == "CN=ACS, issued by CN=DS members, 2020-01-01 to 2040-01-01"
    assert element(plain, "header.x5c[2]").title == "Certificate"
    assert element(plain, "header.alg").meaning == "signed with a key on P-256"
    sure = explain(text, root=ROOT_PEM, at=NOW)
    assert sure.came_as == "JWS; signature verified, certificates valid on 2026-11-23"
    assert sure.faults == ()
    late = explain(text, root=ROOT_PEM, at=datetime(2041, 1, 1, tzinfo=UTC))
    assert told(late) == [("308", "acsSignedContent")]
    assert late.faults[0].found == "the certificate of acsSignedContent is not trusted"
    assert "signature not trusted" in late.came_as
    der = ROOT.public_bytes(Encoding.DER)
    assert explain(text, root=der, at=NOW).faults == ()


def test_a_signed_content_inside_an_ares_is_held_against_the_transaction() -> None:
    """F2: an old content must not be played into a new transaction."""
    ares = samples.challenge_ares(acsSignedContent=signed_acs_content())
    asked = samples.app_areq(sdkEphemPubKey=jwk_of(SDK_KEY))
    sound = explain(wire(ares), reply_to=wire(asked), root=ROOT_PEM, at=NOW)
    content = element(sound, "acsSignedContent")
    assert content.remark == "signature verified, certificates valid on 2026-11-23"
    assert element(sound, "acsSignedContent.acsURL").value == CONTENT.acs_url
    assert "308" not in dict(told(sound))
    other = samples.app_areq(sdkEphemPubKey=jwk_of(ec(99).public_key()))
    played = explain(wire(ares), reply_to=wire(other))
    assert told(played)[-1] == ("308", "acsSignedContent.sdkEphemPubKey")
    assert played.faults[-1].expected == "the sdkEphemPubKey of the transaction"
    vague = explain(wire(ares), reply_to=wire(samples.app_areq(sdkEphemPubKey="x")))
    assert "308" not in dict(told(vague))


def test_a_key_in_a_signed_content_that_is_no_key_is_not_the_one_sent() -> None:
    """F2: a text where a JWK belongs."""
    members = {"acsURL": CONTENT.acs_url, "sdkEphemPubKey": "x"}
    text = write_jws(json.dumps(members).encode(), signer(ec(43)))
    ares = wire(samples.challenge_ares(acsSignedContent=text))
    asked = wire(samples.app_areq(sdkEphemPubKey=jwk_of(SDK_KEY)))
    assert ("308", "acsSignedContent.sdkEphemPubKey") in told(explain(ares, reply_to=asked))


def test_dots_alone_make_no_token() -> None:
    """F3: a header that names no algorithm is none."""
    with pytest.raises(NoMessage) as caught:
        explain(f"{base64url(b'{}')}.YQ.YQ".encode())
    assert "neither JSON nor a form" in caught.value.saw


def test_the_address_in_a_signed_content_must_be_one() -> None:
    """F2: an SDK opens what stands there."""
    for url in ("javascript:alert(1)", None, 5):
        text = write_jws(json.dumps({"acsURL": url, "acsEphemPubKey": {}}).encode(), signer(ec(43)))
        assert told(explain(text.encode())) == [("308", "acsSignedContent.acsURL")]


def test_the_content_of_a_split_sdk_is_held_against_its_areq() -> None:
    """F2: sdkTransID and sdkReferenceNumber are those of the AReq that carries it."""
    text = sign_sdk_server_content(SPLIT, signer(ec(43)))
    alone = explain(text.encode(), root=ROOT_PEM, at=NOW)
    assert (alone.subject, alone.faults) == ("sdkServerSignedContent", ())
    assert element(alone, "splitSdkServerID").value == "server-1"

    def judged(**changes: Any) -> list[tuple[str, str]]:
        areq = samples.app_areq(Version.V231, sdkServerSignedContent=text, **changes)
        return [each for each in told(explain(wire(areq))) if each[0] == "308"]

    own = {"sdkTransID": SPLIT.sdk_trans_id.upper(), "sdkReferenceNumber": "REF"}
    assert judged(**own) == []
    assert judged(**{**own, "sdkTransID": samples.areq()["threeDSServerTransID"]}) == [
        ("308", "sdkServerSignedContent.sdkTransID")
    ]
    assert judged(**{**own, "sdkReferenceNumber": "OTHER"}) == [
        ("308", "sdkServerSignedContent.sdkReferenceNumber")
    ]
    assert judged(**{**own, "sdkReferenceNumber": None}) == []


def test_a_signed_content_that_cannot_be_read_is_a_fault_only_for_who_verifies() -> None:
    """F1: the table has judged its form; without a root nobody asked for more."""
    ares = wire(samples.challenge_ares(acsSignedContent="a.b.c"))
    loose = explain(ares)
    assert element(loose, "acsSignedContent").remark.endswith("has no JSON header")
    assert element(loose, "acsSignedContent").value == "a.b.c"
    assert "308" not in dict(told(loose))
    assert ("308", "acsSignedContent") in told(explain(ares, root=ROOT_PEM, at=NOW))


@pytest.mark.parametrize("payload", [b"[]", b"text", b'{"sub":"somebody"}'])
def test_a_foreign_jws_is_called_so(payload: bytes) -> None:
    """F3: a web token of something else is no message."""
    with pytest.raises(NoMessage) as caught:
        explain(write_jws(payload, signer(ec(43))).encode())
    assert caught.value.saw.startswith("a signed object (JWS)")


@pytest.mark.parametrize("x5c", [["AAAA"], ["?"], [5], "x", [base64.b64encode(b"0" * 90).decode()]])
def test_a_certificate_that_cannot_be_read_is_no_crash(x5c: object) -> None:
    """F1: the rest of the header is still shown."""
    header = base64url(json.dumps({"alg": "ES256", "x5c": x5c}).encode())
    payload = base64url(b'{"acsURL":"https://acs.example"}')
    explanation = explain(f"{header}.{payload}.AA".encode())
    named = [each.value for each in explanation.elements[0].children if "x5c" in each.name]
    assert named == (["no certificate that could be read"] if isinstance(x5c, list) else [])


BIG: Final = b"x" * (KEY_FILE_BYTES_MAX + 1)
ENCRYPTED: Final = ec(77).private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x")
)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"x", bytes(31), b"\xff" * 15, BIG, ENCRYPTED, ROOT_PEM, b"{", b"[]", b"[5]",
        b'{"keys":[]}', b'{"keys":5}', b'{"kty":"oct","k":"AAAA"}', b'{"kty":"oct"}',
        b'{"kty":"EC","crv":"P-384","d":"AA"}', b'{"kty":"EC","crv":"P-256"}',
        b'{"kty":"EC","crv":"P-256","d":"AA"}', b'{"kty":"RSA","n":"AQ","e":"AQ"}',
        b'{"kty":"RSA","n":"AQ","e":"AQ","d":"AQ","p":"AQ","q":"AQ"}', b"[" * 9000,
        b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    ],
)  # fmt: skip
def test_what_is_no_key_is_refused_without_being_shown(data: bytes) -> None:
    """F2: a key file may be the wrong one; its content is nobody's business."""
    with pytest.raises(NoKey) as caught:
        explain(b"{}", key=data)
    assert data not in (b"x",) or "x" not in str(caught.value).split()
    assert len(str(caught.value)) < 100


def test_other_kinds_of_private_keys_are_refused() -> None:
    """F2: neither RSA nor P-256: nothing of EMV is encrypted to it."""
    data = Ed25519PrivateKey.from_private_bytes(bytes(32)).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    with pytest.raises(NoKey, match="neither RSA nor on P-256"):
        read_keys(data)


def test_keys_do_not_print() -> None:
    """F2: an explanation that fails must not write its key into a log."""
    keys = read_keys(
        json.dumps({"keys": [EC_JWK, {"kty": "oct", "k": base64url(bytes(16))}]}).encode()
    )
    assert len(keys.contents) == len(keys.directory) == 1
    assert "AAAA" not in repr(keys)
    assert "EllipticCurve" not in repr(keys)


def test_a_root_needs_a_moment_and_must_be_one() -> None:
    """F2: time comes in; there is no clock in here."""
    with pytest.raises(Misuse, match="at a moment"):
        explain(b"{}", root=ROOT_PEM)
    for data in (b"", b"x", RSA_PEM, BIG, b"-----BEGIN CERTIFICATE-----"):
        with pytest.raises(NoKey, match="certificate"):
            explain(b"{}", root=data, at=NOW)


@given(st.binary(max_size=60), st.sampled_from([b"", SESSION_KEY, RSA_PEM]))
def test_whatever_the_segments_an_explanation_or_the_one_refusal(data: bytes, key: bytes) -> None:
    """F1: tokens are forms of a capture like any other."""
    header = base64url(b'{"alg":"dir","enc":"A128GCM"}')
    for text in (
        f"{header}..{base64url(data)}.{base64url(data)}.{base64url(data)}",
        f"{header}.{base64url(data)}.{base64url(data)}",
        sealed_creq()[: -len(data) - 1] + base64url(data),
    ):
        try:
            explanation = explain(text.encode(), key=key or None)
        except NoMessage:
            continue  # the one refusal
        assert {each.error_code for each in explanation.faults} <= {ErrorCode.DECRYPTION_FAILED}
