"""`sekisho keys` and the settings that say where a room's working keys are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PSS

from sekisho.adapters.keys import BadKeyFile, Keyring
from sekisho.adapters.keystores import KeyMissing, RoomKeys
from sekisho.app.cli import main
from sekisho.app.docs.examples import example_text
from sekisho.app.settings import BadSettings, Pkcs11, read_room_file
from sekisho.app.working_keys import open_store, read_pin
from tests.softhsm import PIN, Token, make_token, module_path, softhsm

TABLE = '\n[pkcs11]\nmodule = "{module}"\ntoken = "bank"\n{pin}\n'


def settings_file(folder: Path, room: str, pin: str, *, module: str = "/none.so") -> Path:
    """Write a room's settings file with a token in it."""
    path = folder / f"{room}.toml"
    path.write_text(example_text(room) + TABLE.format(module=module, pin=pin))
    return path


def keys(*arguments: str | Path) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["keys", *map(str, arguments)])


@pytest.fixture
def token(tmp_path: Path) -> Iterator[Token]:
    """Make a fresh token."""
    with softhsm(tmp_path) as tokens:
        yield make_token(tokens, "bank")


def with_pin_file(folder: Path, room: str) -> Path:
    """Write a settings file that leads to the token, and the PIN beside it."""
    pin = folder / "token.pin"
    pin.write_text(f"{PIN}\n")
    pin.chmod(0o600)
    return settings_file(folder, room, 'pin_file = "token.pin"', module=str(module_path()))


def test_keys_are_made_once_and_listed(tmp_path: Path) -> None:
    """What a laptop makes at its first start can be made by hand as well."""
    before = keys("list", "directory", "--data", tmp_path)
    assert before.output.split()[:2] == ["sdk-enc-data", "missing"]
    made = keys("make", "directory", "--data", tmp_path)
    assert made.output == "made sdk-enc-data.1 (ecdh-p256)\n"
    assert "has every key" in keys("make", "directory", "--data", tmp_path).output
    after = keys("list", "directory", "--data", tmp_path)
    assert after.output.split()[:2] == ["sdk-enc-data.1", "ecdh-p256"]


def test_a_new_key_takes_the_next_number(tmp_path: Path) -> None:
    """Rotation, and a key of another kind beside the usual one."""
    keys("make", "directory", "--data", tmp_path)
    made = keys(
        "make", "directory", "--data", tmp_path, "--new", "sdk-enc-data", "--kind", "rsa-oaep-256"
    )
    assert made.output == "made sdk-enc-data.2 (rsa-oaep-256)\n"
    ring = RoomKeys(open_store(None, Keyring(tmp_path / "keys")), "directory")
    assert sorted(ring.device_data_keys()) == ["sdk-enc-data.1", "sdk-enc-data.2"]


def test_keys_of_1_0_2_are_made_and_certified_where_they_are_asked_for(tmp_path: Path) -> None:
    """A1: a room that does not speak it is not told that it lacks them."""
    keys("make", "acs", "--data", tmp_path)
    assert "pares-signature" not in keys("list", "acs", "--data", tmp_path).output
    made = keys("make", "acs", "--threeds1", "--data", tmp_path)
    assert made.output == "made pares-signature.1 (ps256)\n"
    assert "pares-signature.1" in keys("list", "acs", "--data", tmp_path).output
    request = keys("request", "acs", "--threeds1", "--data", tmp_path).output
    assert "acs pares-signature.1" in str(x509.load_pem_x509_csr(request.encode()).subject)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("make", "acs", "--new", "sdk-enc-data"), "acs needs no key sdk-enc-data"),
        (("make", "directory", "--new", "sdk-enc-data", "--kind", "es256"), "may be ecdh-p256"),
        (("make", "directory", "--kind", "es256"), "--kind goes with --new"),
        (("request", "directory"), "no key that needs a certificate"),
        (("list", "vault"), "'vault' is not one of"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    """With the reason, and nothing is made."""
    done = keys(*arguments, "--data", tmp_path)
    assert done.exit_code == 2
    assert words in done.output


@pytest.mark.parametrize("kind", ["es256", "ps256"])
def test_a_request_is_signed_by_the_key_itself(tmp_path: Path, kind: str) -> None:
    """What the directory's CA checks before it certifies a key."""
    missing = keys("request", "acs", "--data", tmp_path)
    assert (missing.exit_code, missing.output) == (
        1,
        "sekisho: acs lacks the key acs-signed-content\n",
    )
    keys("make", "acs", "--data", tmp_path, "--new", "acs-signed-content", "--kind", kind)
    request = x509.load_pem_x509_csr(keys("request", "acs", "--data", tmp_path).output.encode())
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=acs acs-signed-content.1"
    assert isinstance(request.signature_algorithm_parameters, PSS) is (kind == "ps256")


@pytest.mark.hsm
def test_keys_of_a_token_are_made_where_the_settings_say(tmp_path: Path, token: Token) -> None:
    """The PIN comes from its file; files of the same room are another store."""
    file = with_pin_file(tmp_path, "directory")
    made = keys("make", "directory", "--settings", file)
    assert made.output == "made sdk-enc-data.1 (ecdh-p256)\n"
    again = keys("make", "directory", "--settings", file, "--on", "pkcs11")
    assert "has every key" in again.output
    assert "missing" in keys("list", "directory", "--settings", file, "--on", "files").output
    assert token.label == "bank"


@pytest.mark.hsm
@pytest.mark.parametrize("kind", ["es256", "ps256"])
def test_a_key_of_a_token_signs_its_request(tmp_path: Path, token: Token, kind: str) -> None:
    """The key that signs acsSignedContent never leaves, not even to be certified."""
    file = with_pin_file(tmp_path, "acs")
    keys("make", "acs", "--settings", file, "--new", "acs-signed-content", "--kind", kind)
    request = x509.load_pem_x509_csr(keys("request", "acs", "--settings", file).output.encode())
    assert request.is_signature_valid
    assert token.label == "bank"


@pytest.mark.hsm
def test_a_room_whose_token_lacks_a_key_does_not_start(tmp_path: Path, token: Token) -> None:
    """It says which, and which command makes it."""
    file = read_room_file(with_pin_file(tmp_path, "acs"), "acs", database=None)
    store = open_store(file.pkcs11, Keyring(file.keys))
    with pytest.raises(KeyMissing, match=r"authentication-value-visa.*sekisho keys make acs"):
        RoomKeys(store, "acs").make_sure()
    store.close()
    assert token.label == "bank"


def test_on_pkcs11_asks_for_its_table(tmp_path: Path) -> None:
    """Without settings nobody knows where a token is."""
    done = keys("list", "acs", "--data", tmp_path, "--on", "pkcs11")
    assert (done.exit_code, done.output) == (
        1, "sekisho: --on pkcs11 takes --settings with a table [pkcs11]\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("room", "pin", "words"),
    [
        ("vault", 'pin_file = "p"', "only acs, members, directory"),
        ("acs", "", "one of pin_file and pin_variable"),
        ("acs", 'pin_file = "p"\npin_variable = "P"', "one of pin_file and pin_variable"),
        ("acs", 'pin_file = "p"\nsessions_max = 0', "at least 1"),
        ("acs", 'pin = "1234"', "no such setting: pkcs11.pin"),
    ],
)
def test_a_token_is_described_whole_or_refused(
    tmp_path: Path, room: str, pin: str, words: str
) -> None:
    """Before anything is served; and a PIN has no place in the file itself."""
    with pytest.raises(BadSettings, match=words):
        read_room_file(settings_file(tmp_path, room, pin), room, database=None)


def pkcs11(**where: object) -> Pkcs11:
    """Describe a token."""
    return Pkcs11(module=Path("/none.so"), token="bank", **where)  # type: ignore[arg-type]  # fields by name


def test_a_pin_comes_from_its_file_or_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is shown nowhere; the line's end is not part of it."""
    file = tmp_path / "token.pin"
    file.write_text("246813\n")
    file.chmod(0o600)
    monkeypatch.setenv("SEKISHO_PIN", "975310")
    read = [read_pin(pkcs11(pin_file=file)), read_pin(pkcs11(pin_variable="SEKISHO_PIN"))]
    assert [pin.reveal() for pin in read] == ["246813", "975310"]
    assert [repr(pin) for pin in read] == ["<secret>", "<secret>"]
    file.chmod(0o644)
    with pytest.raises(BadKeyFile, match="open to others"):
        read_pin(pkcs11(pin_file=file))


def test_an_empty_pin_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that was forgotten is named before the token counts a wrong PIN."""
    monkeypatch.delenv("SEKISHO_PIN", raising=False)
    empty = tmp_path / "token.pin"
    empty.touch(mode=0o600)
    for where in (pkcs11(pin_variable="SEKISHO_PIN"), pkcs11(pin_file=empty)):
        with pytest.raises(BadSettings, match=r"SEKISHO_PIN|token\.pin"):
            read_pin(where)


def test_mail_belongs_to_members(tmp_path: Path) -> None:
    """Only the bank's own room knows where cardholders read their mail."""
    table = '\n[mail]\nhost = "mail.example"\nsender = "bank@example.jp"\nauthority = "mail.pem"\n'
    for room in ("members", "acs"):
        (tmp_path / f"{room}.toml").write_text(example_text(room) + table)
    mail = read_room_file(tmp_path / "members.toml", "members", database=None).mail
    assert mail is not None
    assert mail.authority == tmp_path / "mail.pem"
    assert mail.security.value == "starttls"
    with pytest.raises(BadSettings, match="only members"):
        read_room_file(tmp_path / "acs.toml", "acs", database=None)


def test_mail_in_the_clear_is_refused_by_the_settings(tmp_path: Path) -> None:
    """In one line, like every other mistake of a settings file."""
    table = '\n[mail]\nhost = "mail.example"\nsender = "bank@example.jp"\nsecurity = "none"\n'
    file = tmp_path / "members.toml"
    file.write_text(example_text("members") + table)
    with pytest.raises(BadSettings, match="in the clear"):
        read_room_file(file, "members", database=None)
