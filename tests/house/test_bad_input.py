"""Whatever arrives, the house answers with a clear refusal and goes on."""

import json
import ssl
import urllib.error
import urllib.request
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from sekisho.kernel.brands import Brand
from sekisho.testkit import samples
from sekisho.testkit.cards import sandbox_card
from tests.peers import ACS, DIRECTORY, SERVER, answer_of, as_peer
from tests.running_house import RunningHouse

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("house")]


def raw_api(
    house: RunningHouse, path: str, body: bytes, *, key: str | None = None
) -> tuple[int, Any]:
    """Post octets to the raw EMV API and give the status and the JSON that comes back."""
    key = house.credentials()["threeds_server"]["api_key"] if key is None else key
    connection = HTTPConnection("127.0.0.1", house.port, timeout=30)
    connection.request(
        "POST", f"/3dss{path}", body,
        {"Host": f"localhost:{house.port}", "APIKey": key, "Content-Type": "application/json"},
    )  # fmt: skip
    return answer_of(connection)


GARBAGE = {
    "nothing": b"",
    "half an object": b'{"messageType":',
    "not UTF-8": b"\xff\xfe{}",
    "a number that is none": b'{"messageType":"AReq","purchaseAmount":NaN}',
    "deep nesting": b'{"a":' * 20_000,
    "an array": b"[1,2,3]",
    "a lone surrogate": b'{"messageType":"\\ud800"}',
}


@pytest.mark.parametrize("name", GARBAGE)
@pytest.mark.parametrize(
    ("peer", "offset"), [("server", DIRECTORY), ("directory", ACS), ("directory", SERVER)]
)
def test_garbage_gets_an_erro_101(house: RunningHouse, peer: str, offset: int, name: str) -> None:
    """F1: whatever the octets, an Erro of the right code and no crash (attack 11)."""
    status, erro = as_peer(house, peer, offset, GARBAGE[name])
    assert status in {200, 400}
    assert erro["messageType"] == "Erro"
    assert erro["errorCode"] == "101"


@pytest.mark.parametrize("path", ["/preauth", "/auth", "/postauth"])
@pytest.mark.parametrize("name", GARBAGE)
def test_the_raw_api_refuses_garbage(house: RunningHouse, path: str, name: str) -> None:
    """F1: the API for payment providers says what was wrong, as an Erro."""
    status, erro = raw_api(house, path, GARBAGE[name])
    assert status in {200, 400}
    assert erro["messageType"] == "Erro"
    assert erro["errorCode"] in {"101", "201", "203"}


def test_a_duplicate_member_is_named(house: RunningHouse) -> None:
    """F1: two readings of one message are one too many: 204 with the member's name."""
    body = b'{"messageType":"AReq","messageType":"AReq","messageVersion":"2.2.0"}'
    _, erro = as_peer(house, "server", DIRECTORY, body)
    assert (erro["errorCode"], erro["errorDetail"]) == ("204", "messageType")


def test_ten_megabytes_are_refused_before_they_are_read(house: RunningHouse) -> None:
    """A body larger than any honest one costs nothing (attack 39)."""
    connection = HTTPConnection("127.0.0.1", house.port, timeout=30)
    connection.putrequest("POST", "/3dss/auth")
    connection.putheader("Host", f"localhost:{house.port}")
    connection.putheader("APIKey", house.credentials()["threeds_server"]["api_key"])
    connection.putheader("Content-Type", "application/json")
    connection.putheader("Content-Length", str(10 * 1024 * 1024))
    connection.endheaders()
    try:
        connection.send(b"{" + b" " * (64 * 1024 + 10))
        reply = connection.getresponse()
        assert reply.status == 413
    except (HTTPException, ConnectionError) as broken:
        pytest.fail(f"the connection broke without an answer: {broken!r}")
    assert house.json("/lab/healthz")["status"] == "ok"


def test_a_wrong_api_key_is_refused(house: RunningHouse) -> None:
    """Every trust boundary checks identity: the raw API by its key."""
    status, _ = raw_api(house, "/preauth", b'{"acctNumber":"4111111100090003"}', key="sk_wrong")
    assert status == 401


def test_a_card_in_no_range_is_not_enrolled(house: RunningHouse) -> None:
    """F4: the caller learns at once that no bank takes part for this number."""
    status, erro = raw_api(house, "/preauth", b'{"acctNumber":"9000100111111111"}')
    assert status == 200
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", "305")


def test_no_peer_comes_in_without_a_certificate(house: RunningHouse) -> None:
    """A4: server, directory and ACS speak to known peers only (attack 40)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for offset in range(1, 7):
        connection = HTTPSConnection("localhost", house.port + offset, context=context, timeout=30)
        with pytest.raises((ssl.SSLError, ConnectionError, HTTPException)):
            connection.request("POST", "/3ds", b"{}")
            connection.getresponse().read()


def test_no_peer_comes_in_with_a_certificate_of_its_own_making(
    house: RunningHouse, tmp_path: Path
) -> None:
    """A certificate of another authority proves nothing here (attack 40)."""
    certificate, key = self_made_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.load_cert_chain(certificate, key)
    for offset in (SERVER, DIRECTORY, ACS):
        connection = HTTPSConnection("localhost", house.port + offset, context=context, timeout=30)
        with pytest.raises((ssl.SSLError, ConnectionError, HTTPException)):
            connection.request("POST", "/3ds", b"{}")
            connection.getresponse().read()


@pytest.mark.parametrize(
    ("peer", "offset"),
    [
        ("vault", DIRECTORY),
        ("server", ACS),
        ("acs", SERVER),
        ("storefront", ACS),
        ("gateway", DIRECTORY),
    ],
)
def test_a_good_certificate_of_the_wrong_room_is_refused(
    house: RunningHouse, peer: str, offset: int
) -> None:
    """Having a certificate is not enough: it must be the right room's (attack 3)."""
    ds_elements = {
        "dsTransID": samples.DS_ID,
        "dsReferenceNumber": "DS_LOA_DIS_SKSH_020200_00001",
        "dsURL": f"https://localhost:{house.port + DIRECTORY}/3ds",
    }
    areq = samples.areq(**(ds_elements if offset == ACS else {}))
    status, erro = as_peer(house, peer, offset, samples.wire(areq))
    assert status == 200
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", "303")


def test_a_result_for_an_unknown_transaction_is_refused(house: RunningHouse) -> None:
    """A result that belongs to nobody changes nothing: 301 (attack 3)."""
    rreq = samples.wire(samples.rreq())
    for peer, offset in (("directory", SERVER), ("acs", DIRECTORY)):
        _, erro = as_peer(house, peer, offset, rreq)
        assert (erro["messageType"], erro["errorCode"]) == ("Erro", "301")


def test_one_requestor_does_not_see_anothers_transaction(house: RunningHouse) -> None:
    """Two payment providers share one 3DS Server and know nothing of each other."""
    mine = {"acctNumber": sandbox_card(Brand.VISA, "0003").digits}
    _, prepared = raw_api(house, "/preauth", json.dumps(mine).encode())
    stored = json.loads((house.data / "sandbox.json").read_text())
    body = json.dumps({"threeDSServerTransID": prepared["threeDSServerTransID"]}).encode()
    _, erro = raw_api(house, "/postauth", body, key=stored["gateway_api_key"])
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", "301")


def test_an_unknown_host_is_told_so(house: RunningHouse) -> None:
    """A name that is not ours gets no page of ours."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{house.port}/", headers={"Host": "evil.example"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=30)
    assert refused.value.code == 421


def self_made_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that says it is the directory, signed by nobody but itself."""
    import datetime  # noqa: PLC0415 - only this test makes a certificate

    from cryptography import x509  # noqa: PLC0415 - only this test makes a certificate
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415 - as above

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "directory")])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=36500))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate_path, key_path = folder / "own.pem", folder / "own.key"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_path, key_path
