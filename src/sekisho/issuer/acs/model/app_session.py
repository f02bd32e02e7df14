"""What is remembered of the SDK that a challenge in an app is held with."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Renders:
    """What the SDK can show, from deviceRenderOptions and the kind of SDK."""

    native: bool
    html: bool
    html_wanted: bool = False
    """The bank would rather show HTML."""
    ui_types: tuple[str, ...]
    """sdkUiType."""
    methods: tuple[str, ...] = ()
    """sdkAuthenticationType; nothing: every method."""
    methods_refused: tuple[str, ...] = ()
    """authenticationMethod that a limited device must not be asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSession:
    """The two ends' common secret, and what the SDK can show."""

    sealed_key: str
    """The agreed key, sealed for this transaction: whoever has the database cannot read the challenge."""
    signed_content: str
    """acsSignedContent."""
    renders: Renders
    opens_apps: bool = False
    """The device and the shop's app can open the bank's app (oobAppURLInd of the first CReq, 2.3.1)."""
    is_split: bool = False
    """A split SDK: it encrypts with A128GCM only."""
