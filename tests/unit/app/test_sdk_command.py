"""`sekisho sdk pay` and what a sandbox gives to SDKs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from sekisho.adapters.keys import Keyring
from sekisho.adapters.keystores import RoomKeys
from sekisho.app.cli import main
from sekisho.app.sdk_command import amount_of
from sekisho.app.sdk_trust import KEY, KID, ROOT, sdk_document, trust_of
from sekisho.app.working_keys import open_files
from sekisho.kernel.brands import BRANDS
from sekisho.kernel.money import Amount, BadAmount
from sekisho.protocol import Version
from sekisho.protocol.jose import open_device_data
from sekisho.testkit.sdk import SealingChance


def test_the_document_holds_what_an_sdk_needs_of_the_directory(tmp_path: Path) -> None:
    """F2, F4: a foreign SDK encrypts to this key and believes this root, brand by brand."""
    document = sdk_document(tmp_path)
    assert set(document) == {KID, KEY, ROOT}
    trust = trust_of(json.loads(json.dumps(document)))
    assert set(trust.keys) == {facts.directory_server_id for facts in BRANDS.values()}
    keys = RoomKeys(open_files(Keyring(tmp_path / "keys")), "directory").device_data_keys()
    for name, key in trust.keys.items():
        chance = SealingChance(seed=bytes(range(40)), octets=bytes(range(16)))
        opened = open_device_data(
            key.sealed(b'{"DV":"1.6"}', random=chance),
            keys=keys,
            directory_server_id=name,
            version=Version.V231,
            spare=bytes(32),
        )
        assert opened == b'{"DV":"1.6"}'


def test_the_root_is_that_of_the_acs(tmp_path: Path) -> None:
    """F2: what the bank's ACS signs with leads to the root that the document names."""
    keyring = Keyring(tmp_path / "keys")
    key = generate_private_key(SECP256R1())
    chain = keyring.signing_chain("acs-signed-content-1", key.public_key())
    moment = keyring.signing_chain("acs-signed-content-1", key.public_key())[0].not_valid_before_utc
    trust_of(sdk_document(tmp_path)).roots.check(chain, at=moment)


def test_sandbox_json_has_the_part_for_sdks(tmp_path: Path) -> None:
    """F4: by these names; the text for people shows one line of each."""
    run = CliRunner().invoke(main, ["sandbox", "--json", "--data", str(tmp_path)])
    assert set(json.loads(run.output)["sdk"]) == {KID, KEY, ROOT}
    shown = CliRunner().invoke(main, ["sandbox", "--data", str(tmp_path)]).output
    assert "BEGIN PUBLIC KEY" in shown
    assert "END PUBLIC KEY" not in shown


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("145", "EUR", 14500), ("145.5", "eur", 14550), ("14500", "JPY", 14500)],
)
def test_amounts_are_read_in_major_units(text: str, currency: str, minor: int) -> None:
    """What a person types; never a float."""
    assert amount_of(text, currency) == Amount(minor=minor, currency=currency.upper())


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1.5", "JPY"), ("1.", "EUR"), ("-1", "EUR"), ("", "EUR"), ("1", "XXZ"), ("1.234", "EUR")],
)
def test_what_is_no_amount_is_said(text: str, currency: str) -> None:
    """One sentence, no trace."""
    with pytest.raises(BadAmount):
        amount_of(text, currency)


def test_without_a_running_house_it_says_so(tmp_path: Path) -> None:
    """F4: one line that names what could not be reached."""
    folder = tmp_path / "var"
    folder.mkdir()
    arguments = [
        "sdk",
        "pay",
        "--card",
        "4111111100000103",
        "--amount",
        "100",
        "--data",
        str(folder),
    ]
    run = CliRunner().invoke(main, arguments)
    assert run.exit_code == 1
    assert run.output.startswith("Error: ")
    assert run.output.count("\n") == 1
