"""A room's settings file."""

from pathlib import Path

import pytest

from sekisho.acquirer.server.model import ServerSettings
from sekisho.app.settings import BadSettings, read_address, read_room_file

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
