"""A room's settings file."""

from pathlib import Path

import pytest

from sekisho.acquirer.server.model import ServerSettings
from sekisho.app.settings import (
    NEEDS,
    ROOM_SETTINGS,
    BadSettings,
    read_address,
    read_room_file,
)

SERVER = """
keys = "keys"
database = "sqlite:///data/server.db"
listen = "127.0.0.1:8080"
listen_peers = "127.0.0.1:8443"

[peers]
directory = "https://ds.example:8443"

[settings]
reference_number = "3DS_LOA_SER_SKSH_020200_00001"
operator_id = "operator"
url = "https://3dss.example:8443/3ds"

[[settings.requestors]]
name = "psp"
api_key_sha256 = "00"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "server.toml"
    path.write_text(text)
    return path


def test_a_whole_file_is_read_with_its_types(tmp_path: Path) -> None:
    """F7: what the file says is what the room gets; keys count from the file's place."""
    file = read_room_file(written(tmp_path, SERVER), "server", database=None)
    assert isinstance(file.settings, ServerSettings)
    assert file.settings.requestors[0].name == "psp"
    assert file.keys == tmp_path / "keys"
    assert file.peers == {"directory": "https://ds.example:8443"}


def test_the_command_line_overrides_the_database(tmp_path: Path) -> None:
    """F7: `--database` takes a PostgreSQL address for any room."""
    address = "postgresql://sekisho@db/sekisho"
    file = read_room_file(written(tmp_path, SERVER), "server", database=address)
    assert file.database == address


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("operator_id = \"operator\"", ""), "operator_id"),
        (("operator_id = \"operator\"", "operator_id = 7"), "operator_id"),
        (("operator_id = \"operator\"", "operator_id = \"o\"\nareq_reed_s = 1.0"), "areq_reed_s"),
        (("listen = ", "lisen = "), "lisen"),
        (("[settings]", "[setings]"), "setings"),
        (("keys = \"keys\"", "keys = "), "TOML"),
    ],
)  # fmt: skip
def test_a_faulty_file_is_refused_by_name(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    """A misspelt setting that is silently ignored is a trap."""
    with pytest.raises(BadSettings, match=says):
        read_room_file(written(tmp_path, SERVER.replace(*change)), "server", database=None)


def test_an_unknown_room_is_refused_with_the_list(tmp_path: Path) -> None:
    """The refusal says which rooms there are."""
    with pytest.raises(BadSettings, match="directory"):
        read_room_file(written(tmp_path, SERVER), "sever", database=None)


@pytest.mark.parametrize("text", ["", "8080", "localhost", "localhost:", "h:0", "h:65536", "h:x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    """Better at start than at the first connection."""
    with pytest.raises(BadSettings):
        read_address(text)


def test_addresses_are_read() -> None:
    """IPv6 addresses come in brackets, as in URLs."""
    assert (read_address("[::1]:8443").host, read_address("[::1]:8443").port) == ("::1", 8443)


GATEWAY = f"""
keys = "keys"
database = "sqlite:///data/gateway.db"
listen = "127.0.0.1:8080"
proxies = ["10.0.0.1"]

[peers]
vault = "https://vault.example"
server = "https://server.example"
members = "https://bank.example"

[secrets]
server_api_key = "the key by which the server knows us"

[settings]
public_url = "https://pay.example"
signing_key = "{"A" * 43}="

[[settings.merchants]]
merchant_id = "998000000001"
client_id = "shop"
client_secret = "a secret of more than 24 characters"
name = "Toge Chaya"
mcc = "5499"
country = "JP"
acquirer_bin = "412345"
requestor_id = "shop"
requestor_name = "Toge Chaya"
requestor_url = "https://shop.example"
return_origins = ["https://shop.example"]
"""


def test_secrets_are_read_and_stay_hidden(tmp_path: Path) -> None:
    """E1: texts as they stand, keys from base64; none of them in what is printed of the file."""
    path = tmp_path / "gateway.toml"
    path.write_text(GATEWAY)
    file = read_room_file(path, "gateway", database=None)
    assert file.secret("server_api_key").reveal() == "the key by which the server knows us"
    assert file.settings.signing_key.reveal() == bytes(32)
    assert file.settings.merchants[0].client_secret.matches("a secret of more than 24 characters")
    assert "secret of more" not in repr(file)
    assert "key by which" not in repr(file)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("members = ", "# members = "), r"\[peers\] lacks members"),
        (("[peers]", "[peers]\nacs = \"https://x.example\""), r"\[peers\] of gateway has no acs"),
        (("server_api_key = ", "# "), r"\[secrets\] lacks server_api_key"),
        (("[secrets]", "[secrets]\nclient_id = \"x\""), "has no client_id"),
        (("listen = \"127.0.0.1:8080\"", ""), "where to listen"),
        (("listen = ", "listen_peers = "), "leave out listen_peers"),
        (("listen = \"127.0.0.1:8080\"", "listen = \"8080\""), "no address"),
        (("proxies", "mount = \"vault\"\nproxies"), "no path"),
        (("proxies", "gateway_url = \"https://pay.example\"\nproxies"), "storefront"),
        (("sqlite:///data", "sqlite://data"), "absolute"),
        (("mcc = ", "return_orgins = []\nmcc = "), r"settings\.merchants\[1\]\.return_orgins"),
        (("signing_key = \"", "signing_key = \"not base64 "), "signing_key"),
        (("signing_key = \"AAAA", "signing_key = \""), "32 octets"),
        (("\"the key by which the server knows us\"", "7"), "cannot stand"),
    ],
)  # fmt: skip
def test_what_would_fail_at_the_first_purchase_fails_at_the_start(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    """F7: peers, secrets and addresses that a room needs are asked for before it serves."""
    assert change[0] in GATEWAY
    path = tmp_path / "gateway.toml"
    path.write_text(GATEWAY.replace(*change, 1))
    with pytest.raises(BadSettings, match=says):
        read_room_file(path, "gateway", database=None)


def test_every_room_says_what_it_needs() -> None:
    """A new room must be placed."""
    assert set(NEEDS) == set(ROOM_SETTINGS)
