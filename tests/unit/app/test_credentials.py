"""The sandbox's credentials."""

import json
import stat
from pathlib import Path

import pytest

from sekisho.app.credentials import FILE, BadCredentials, load_or_make
from sekisho.testkit.chance import SeededChance


def test_credentials_are_made_once_and_stay(tmp_path: Path) -> None:
    """F4: a foreign client that was set up yesterday works today."""
    first = load_or_make(tmp_path, SeededChance(1), port=8080)
    assert load_or_make(tmp_path, SeededChance(2)) == first


def test_another_port_changes_the_addresses_and_nothing_else(tmp_path: Path) -> None:
    """F4: keys survive a move to another port."""
    first = load_or_make(tmp_path, SeededChance(1), port=8080)
    moved = load_or_make(tmp_path, SeededChance(2), port=9000)
    assert moved.client_secret == first.client_secret
    assert moved.as_document()["gateway"]["base_url"] == "http://localhost:9000/pay"
    assert load_or_make(tmp_path, SeededChance(3)).port == 9000


def test_nobody_else_can_read_the_credentials(tmp_path: Path) -> None:
    """Keys on a shared machine are for their owner's eyes only."""
    load_or_make(tmp_path, SeededChance(1), port=8080)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b'{"port": "x"}'])
def test_a_foreign_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    """A broken file is said in one sentence and left as it is."""
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(BadCredentials, match=FILE):
        load_or_make(tmp_path, SeededChance(1), port=8080)
    assert (tmp_path / FILE).read_bytes() == content


def test_the_document_has_the_promised_members(tmp_path: Path) -> None:
    """F4: the members that foreign programs read, by these names."""
    document = load_or_make(tmp_path, SeededChance(1), port=8080).as_document()
    assert json.loads(json.dumps(document)) == document
    assert set(document) == {"threeds_server", "gateway", "shop", "bank", "lab"}
    assert set(document["threeds_server"]) == {"base_url", "api_key"}
    assert set(document["gateway"]) == {
        "base_url", "token_url", "client_id", "client_secret", "merchant_id", "publishable_key",
    }  # fmt: skip
