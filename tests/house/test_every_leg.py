"""Attack 40: on every mutual-TLS leg of a running house, callers with a bad certificate are refused."""

import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

import pytest

from sekisho.adapters.keys import DevelopmentCa, Keyring
from sekisho.adapters.keys.authority import BOTH_PURPOSES
from sekisho.adapters.keys.contexts import client_context
from sekisho.app.addresses import PEER_PORTS
from tests.running_house import RunningHouse, a_house

pytestmark = [pytest.mark.house, pytest.mark.xdist_group("every leg")]

CALLER = "gateway"
SEEN_WITHIN_S = 30.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    """A house of its own: one of its certificates is revoked."""
    with a_house(tmp_path_factory.mktemp("legs")) as running:
        yield running


def is_served(house: RunningHouse, room: str, caller: ssl.SSLContext) -> bool:
    """Tell whether a room's port lets a caller speak at all."""
    port = house.port + PEER_PORTS[room]
    connection = HTTPSConnection("localhost", port, context=caller, timeout=30)
    try:
        connection.request("GET", "/no-such-page")
        return connection.getresponse().status > 0
    except (OSError, HTTPException):
        return False  # refused in the handshake, or right after it as TLS 1.3 does
    finally:
        connection.close()


def keyring(house: RunningHouse) -> Keyring:
    """The keys of the house."""
    return Keyring(house.data / "keys")


def expired(house: RunningHouse, folder: Path) -> ssl.SSLContext:
    """A certificate of the house's authority that ended a year ago."""
    then = lambda: datetime.now(UTC) - timedelta(days=800)  # noqa: E731, TID251  checked against the machine's time
    return of_pem(house, folder, DevelopmentCa(house.data / "keys", now=then).issue(CALLER))


def of_another_authority(house: RunningHouse, folder: Path) -> ssl.SSLContext:
    """The right name under somebody else's signature."""
    return of_pem(house, folder, DevelopmentCa(Keyring(folder / "theirs").folder).issue(CALLER))


def for_serving_alone(house: RunningHouse, folder: Path) -> ssl.SSLContext:
    """A certificate that may not be shown by callers."""
    only_serves = DevelopmentCa(house.data / "keys").issue(CALLER, purposes=BOTH_PURPOSES[:1])
    return of_pem(house, folder, only_serves)


def without_any(house: RunningHouse, _folder: Path) -> ssl.SSLContext:
    """A caller that shows no certificate."""
    return ssl.create_default_context(cafile=str(keyring(house).authority_file))


def of_pem(house: RunningHouse, folder: Path, pem: bytes) -> ssl.SSLContext:
    """Show a certificate, and trust the house's authority."""
    path = folder / "caller.pem"
    path.write_bytes(pem)
    return client_context(path, keyring(house).authority_file)


@pytest.mark.parametrize(
    "bad", [expired, of_another_authority, for_serving_alone, without_any], ids=lambda bad: bad.__name__
)  # fmt: skip
@pytest.mark.parametrize("room", PEER_PORTS)
def test_a_bad_certificate_opens_no_port(
    house: RunningHouse, room: str, bad: object, tmp_path: Path
) -> None:
    """Attack 40: expired, wrong authority, wrong purpose, none; a good one beside it is served."""
    assert callable(bad)
    assert not is_served(house, room, bad(house, tmp_path))
    assert is_served(house, room, keyring(house).client_tls(CALLER))


def test_a_revoked_certificate_opens_no_port_any_more(house: RunningHouse) -> None:
    """Attack 40: `sekisho revoke`, while the house runs: one command, and no room lets it in."""
    stolen = keyring(house).client_tls("storefront")
    assert all(is_served(house, room, stolen) for room in PEER_PORTS)
    subprocess.run(
        [sys.executable, "-m", "sekisho.app", "revoke", "storefront", "--keys", house.data / "keys"],
        check=True, capture_output=True,
    )  # fmt: skip
    deadline = time.monotonic() + SEEN_WITHIN_S
    while any(is_served(house, room, stolen) for room in PEER_PORTS):
        assert time.monotonic() < deadline, "the list of revoked certificates is not read"
    assert all(is_served(house, room, keyring(house).client_tls(CALLER)) for room in PEER_PORTS), (
        "everybody else is served as before"
    )
