"""CReq and CRes of an app, sound by every rule: as the SDK and the ACS would really make them."""

from sekisho.protocol import (
    Category,
    Channel,
    Component,
    Json,
    Message,
    MessageType,
    Version,
    build,
)
from sekisho.protocol.states.transaction import Transaction
from sekisho.testkit.samples import ACS_ID, SDK_ID, SERVER_ID
from tests.unit.protocol.states.transactions import transaction

_IDS: dict[str, Json] = {
    "threeDSServerTransID": SERVER_ID,
    "acsTransID": ACS_ID,
    "sdkTransID": SDK_ID,
}
_TEXTS: dict[str, Json] = {
    "challengeInfoHeader": "Your bank",
    "challengeInfoText": "Please go on",
}
_LISTED: list[Json] = [{"sms": "Text message"}, {"mail": "E-mail"}, {"call": "Call"}]
_PARTS: dict[str, dict[str, Json]] = {
    "01": {"challengeInfoLabel": "Code", "submitAuthenticationLabel": "Go on"},
    "02": {
        "challengeInfoLabel": "How?",
        "challengeSelectInfo": _LISTED,
        "submitAuthenticationLabel": "Go on",
    },
    "03": {
        "challengeInfoLabel": "How?",
        "challengeSelectInfo": _LISTED,
        "submitAuthenticationLabel": "Go on",
    },
    "04": {"oobContinueLabel": "Done"},
    "05": {"acsHTML": "PGh0bWw-PC9odG1sPg"},
    "06": {"acsHTML": "PGh0bWw-PC9odG1sPg"},
    "07": {"infoContinueLabel": "Go on"},
}


def app_transaction(version: Version = Version.V231, **changes: Json) -> Transaction:
    """Give a transaction in an app, with all its identifiers."""
    return transaction(version, Channel.APP, **changes)


def creq(counter: int, version: Version = Version.V231, **said: Json) -> Message:
    """Make the CReq with this counter."""
    return build(
        MessageType.CREQ,
        version,
        {
            **_IDS,
            "sdkCounterStoA": f"{counter:03d}",
            "oobAppURLInd": "01" if version >= Version.V231 else None,
            **said,
        },
        sender=Component.SDK,
        receiver=Component.ACS,
        channel=Channel.APP,
        category=Category.PAYMENT,
        fit=True,
    )


def cres(counter: int, ui: str = "01", version: Version = Version.V231, **changes: Json) -> Message:
    """Make a CRes that shows a screen of this kind."""
    parts = dict(_PARTS[ui])
    if ui not in ("05", "06"):
        parts = {**_TEXTS, **parts}
    if ui == "01" and version >= Version.V231:
        del parts["challengeInfoLabel"]
        parts["challengeEntryBox"] = {"challengeDataEntryLabel": "Code"}
    return _cres(
        counter, version, {"challengeCompletionInd": "N", "acsUiType": ui, **parts, **changes}
    )


def final_cres(counter: int, status: str = "Y", version: Version = Version.V231) -> Message:
    """Make the last CRes."""
    return _cres(counter, version, {"challengeCompletionInd": "Y", "transStatus": status})


def _cres(counter: int, version: Version, elements: dict[str, Json]) -> Message:
    return build(
        MessageType.CRES,
        version,
        {**_IDS, "acsCounterAtoS": f"{counter:03d}", **elements},
        sender=Component.ACS,
        receiver=Component.SDK,
        channel=Channel.APP,
        category=Category.PAYMENT,
        fit=True,
    )
