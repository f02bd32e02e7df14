"""Which SDK is emulated, and what it puts into the AReq of a purchase in an app.

Protocol facts, sections 2.1, 2.9 and 5.1. A transaction's own key and identifier come in, so that a
test can be told again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from sekisho.protocol import Version
from sekisho.protocol.elements.screens import UiType
from sekisho.protocol.jose import (
    SPLIT_SDK,
    Enc,
    SdkServerContent,
    Signer,
    jwk_of,
    sign_sdk_server_content,
)
from sekisho.protocol.states.split_sdk import Variant
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.sdk.device import Device, DirectoryKey, SealingChance

NATIVE: Final = "01"
HTML: Final = "02"
BOTH: Final = "03"
"""sdkInterface."""

_HTML_TYPES: Final = frozenset({UiType.HTML, UiType.HTML_OOB})
DEFAULT: Final = "01"
SPLIT: Final = "02"
"""sdkType."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitServer:
    """The server half of a split SDK: it signs that the transaction is one of its own."""

    server_id: str
    """splitSdkServerID."""
    signer: Signer
    variant: Variant = Variant.NATIVE
    limited: bool = False
    """A device that can ask for little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sdk:
    """A 3DS SDK in one app on one device."""

    reference_number: str = "3DS_LOA_SDK_SKSH_020301_00001"
    app_id: str = "5f3c2f9e-9d4b-4a58-8a0f-7b6f1f1d2c3b"
    device: Device = field(default_factory=Device)
    interface: str = BOTH
    ui_types: tuple[UiType, ...] = tuple(UiType)
    """Of which a version's AReq names those that it knows and the interface can show."""
    authentication_types: tuple[str, ...] = ()
    """sdkAuthenticationType, since 2.3.1: nothing said means everything."""
    enc: Enc = Enc.GCM
    max_timeout_minutes: int = 5
    opens_apps: bool = False
    """Whether the bank's app can be opened from here: oobAppURLInd."""
    app_url: str | None = None
    """threeDSRequestorAppURL: the way back from the bank's app."""
    split: SplitServer | None = None

    def __post_init__(self) -> None:
        if self.split is not None and self.enc not in SPLIT_SDK:
            raise ValueError("a split SDK encrypts with A128GCM")

    def ui_types_in(self, version: Version) -> tuple[UiType, ...]:
        """Give the kinds of screen that this SDK shows in a version."""
        unfit = {NATIVE: _HTML_TYPES, HTML: frozenset(UiType) - _HTML_TYPES}
        hidden = unfit.get(self.interface, frozenset())
        return tuple(ui for ui in self.ui_types if ui.since <= version and ui not in hidden)


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkTransaction:
    """One purchase: what only this SDK knows, and what it asks the ACS with."""

    sdk: Sdk
    version: Version
    sdk_trans_id: str
    key: EllipticCurvePrivateKey = field(repr=False)
    """Fresh for every transaction."""
    elements: Mapping[str, Json]
    """The SDK's part of the AReq."""


def begin_transaction(
    sdk: Sdk,
    *,
    version: Version,
    directory: DirectoryKey,
    at: datetime,
    sdk_trans_id: str,
    key: EllipticCurvePrivateKey,
    random: SealingChance,
) -> SdkTransaction:
    """Collect the SDK's part of an AReq, device data sealed for the Directory Server."""
    described = sdk.device.described(
        at=at,
        app_id=sdk.app_id,
        reference_number=sdk.reference_number,
        sdk_trans_id=sdk_trans_id,
    )
    elements: dict[str, Json] = {
        "sdkAppID": sdk.app_id,
        "sdkEncData": directory.sealed(described, random=random),
        "sdkEphemPubKey": jwk_of(key.public_key()),
        "sdkMaxTimeout": f"{sdk.max_timeout_minutes:02d}",
        "sdkReferenceNumber": sdk.reference_number,
        "sdkTransID": sdk_trans_id,
        "deviceRenderOptions": _render_options(sdk, version),
    }
    if version >= Version.V231:
        elements |= _kind(sdk, at, sdk_trans_id)
    return SdkTransaction(
        sdk=sdk, version=version, sdk_trans_id=sdk_trans_id, key=key, elements=elements
    )


def _render_options(sdk: Sdk, version: Version) -> Json:
    shown: list[Json] = [ui.value for ui in sdk.ui_types_in(version)]
    options: dict[str, Json] = {"sdkInterface": sdk.interface, "sdkUiType": shown}
    if version >= Version.V231 and sdk.authentication_types:
        options["sdkAuthenticationType"] = list(sdk.authentication_types)
    return options


def _kind(sdk: Sdk, at: datetime, sdk_trans_id: str) -> dict[str, Json]:
    """Say which kind of SDK it is; a split one has its server vouch for it (since 2.3.1)."""
    if sdk.split is None:
        return {"sdkType": DEFAULT, "defaultSdkType": {"sdkVariant": "01"}}
    kind: dict[str, Json] = {"sdkVariant": sdk.split.variant.value}
    if sdk.split.limited:
        kind["limitedInd"] = "Y"
    content = SdkServerContent(
        sdk_reference_number=sdk.reference_number,
        sdk_trans_id=sdk_trans_id,
        split_sdk_server_id=sdk.split.server_id,
        signed_at=at,
    )
    return {
        "sdkType": SPLIT,
        "splitSdkType": kind,
        "sdkServerSignedContent": sign_sdk_server_content(content, sdk.split.signer),
    }
