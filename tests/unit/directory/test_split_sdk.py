"""Split SDKs at the Directory Server: their server must have signed for this very transaction."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from sekisho.adapters.keys import Keyring
from sekisho.protocol import Category, Channel, Version
from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.jose import Roots, Signer, sign_sdk_server_content
from sekisho.protocol.jose.signed_content import SdkServerContent
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.emv_network import ACS_URL
from sekisho.testkit.emv_stage import NOON, EmvStage
from tests.directory_callers import answer
from tests.unit.directory.test_relay import KEY, AnyAcs, areq_of, settings

CA_NOW = NOON


def signer(folder: Path) -> tuple[Signer, Roots]:
    """An SDK server certified by an authority of its own folder, and the root of it."""
    keyring = Keyring(folder, now=lambda: CA_NOW)
    key = generate_private_key(SECP256R1())
    chain = keyring.signing_chain("sdk-server", key.public_key())
    return Signer(key=key, chain=chain), Roots(keyring.sdk_roots())


def split(by: Signer, **changes: str) -> bytes:
    """An AReq of a split SDK, its server's signature about what is changed."""
    plain = read_object(areq_of(Version.V231, Channel.APP, Category.PAYMENT))
    plain.pop("defaultSdkType", None)
    meant = {name: str(plain[name]) for name in ("sdkReferenceNumber", "sdkTransID")} | changes
    content = SdkServerContent(
        sdk_reference_number=meant["sdkReferenceNumber"],
        sdk_trans_id=meant["sdkTransID"],
        split_sdk_server_id="split-server-1",
        signed_at=NOON,
    )
    members: dict[str, Json] = {
        **plain,
        "sdkType": "02",
        "splitSdkType": {"sdkVariant": "01"},
        "sdkServerSignedContent": sign_sdk_server_content(content, by),
    }
    return write_object(members)


def stage_of(roots: Roots | None) -> EmvStage:
    """A Directory Server that trusts these."""
    emv = EmvStage(directory=settings(), device_keys={"1": KEY}, sdk_roots=roots)
    emv.wire.listen(ACS_URL, AnyAcs().receive)
    return emv


async def test_what_the_sdks_server_signed_is_relayed(tmp_path: Path) -> None:
    """A3, F2: the signature leads to a root of the programme and names this transaction."""
    by, roots = signer(tmp_path / "programme")
    found = await answer(stage_of(roots), split(by))
    assert found["messageType"] == "ARes", found


@pytest.mark.parametrize(
    "changes",
    [
        {"sdkTransID": "11111111-2222-4333-8444-555555555555"},
        {"sdkReferenceNumber": "ANOTHER_SDK"},
    ],
    ids=["another transaction", "another SDK"],
)
async def test_a_signature_about_something_else_is_refused(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    """308: a signature once made serves no other transaction (attack 8)."""
    by, roots = signer(tmp_path / "programme")
    found = await answer(stage_of(roots), split(by, **changes))
    assert (found["errorCode"], found["errorComponent"]) == ("308", "D"), found


async def test_a_signature_under_a_foreign_root_is_refused(tmp_path: Path) -> None:
    """308: a good signature of somebody whom the programme never certified (attack 8)."""
    _, roots = signer(tmp_path / "programme")
    stranger, _ = signer(tmp_path / "elsewhere")
    for trusted in (roots, None):
        found = await answer(stage_of(trusted), split(stranger))
        assert (found["errorCode"], found["errorComponent"]) == ("308", "D"), found
        assert found["threeDSServerTransID"]
