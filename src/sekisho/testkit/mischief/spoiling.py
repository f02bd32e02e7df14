"""How messages are spoilt: pure, each from a message as it should be to what goes out instead."""

import base64
from collections.abc import Callable, Mapping
from typing import Final

from sekisho.protocol import Json, MessageType
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, write_object
from sekisho.testkit.mischief.deeds import Arrival, Deed, Scene

FOREIGN_ID: Final = "00000000-0000-4000-8000-000000000000"
IDS: Final = ("threeDSServerTransID", "dsTransID", "acsTransID", "sdkTransID")
REFERENCES: Final = ("threeDSServerRefNumber", "dsReferenceNumber", "acsReferenceNumber")
PAGE: Final = b"<!doctype html><title>Bad gateway</title><h1>The service is being restarted</h1>"
HTML: Final = "text/html"
SERVER_ERROR: Final = 500
UNKNOWN_SERIAL: Final = "a serial number of nobody"
CRITICAL: Final[dict[str, Json]] = {
    "name": "a scheme's own extension",
    "id": "SEKISHO-MISCHIEF",
    "criticalityIndicator": True,
    "data": {"since": "last week"},
}

Spoil = Callable[[Scene], Deed]


def late(scene: Scene) -> Deed:
    """Let it come when nobody waits any more."""
    return Deed(octets=scene.octets, arrival=Arrival.LATE)


def never(scene: Scene) -> Deed:
    """Keep it."""
    return Deed(octets=scene.octets, arrival=Arrival.NEVER)


def reset(scene: Scene) -> Deed:
    """Break the connection instead."""
    return Deed(octets=scene.octets, arrival=Arrival.CUT)


def as_a_stranger(scene: Scene) -> Deed:
    """Send it under a certificate that the other side has no reason to trust."""
    return Deed(octets=scene.octets, arrival=Arrival.AS_A_STRANGER)


def twice(scene: Scene) -> Deed:
    """Send it two times."""
    return Deed(octets=scene.octets, again=True)


def truncated(scene: Scene) -> Deed:
    """Send the first half of it."""
    return Deed(octets=scene.octets[: len(scene.octets) // 2])


def oversized(scene: Scene) -> Deed:
    """Fill it up beyond what anybody reads."""
    filling = b',"padding":"' + b"x" * APP_MESSAGE_BYTES_MAX + b'"}'
    return Deed(octets=scene.octets.rstrip()[:-1] + filling)


def http_500(scene: Scene) -> Deed:
    """Answer with a server's error page."""
    del scene
    return Deed(octets=PAGE, status=SERVER_ERROR, content_type=HTML)


def other_content_type(scene: Scene) -> Deed:
    """Call it a web page."""
    return Deed(octets=scene.octets, content_type=HTML)


def page(scene: Scene) -> Deed:
    """Send a web page where a message belongs, with status 200."""
    del scene
    return Deed(octets=PAGE, content_type=HTML)


def extra_members(scene: Scene) -> Deed:
    """Add what no version knows."""
    return _with(scene, {"vendorTrace": "7f3a", "vendorFlags": {"beta": True, "shards": [1, 2]}})


def reordered(scene: Scene) -> Deed:
    """Write the members in the opposite order."""
    return Deed(octets=write_object(dict(reversed(list(scene.members.items())))))


def duplicate_members(scene: Scene) -> Deed:
    """Say one thing twice, differently."""
    doubled = b',"messageVersion":"2.0.1"}'
    return Deed(octets=scene.octets.rstrip()[:-1] + doubled)


def null_members(scene: Scene) -> Deed:
    """Write out what is not there as null."""
    return _with(scene, {"messageExtension": None})


def critical_extension(scene: Scene) -> Deed:
    """Carry an extension that must be understood, and that nobody knows."""
    return _with(scene, {"messageExtension": [CRITICAL]})


def wrong_version(scene: Scene) -> Deed:
    """Speak a version that the other side did not speak."""
    return _with(scene, {"messageVersion": "2.0.1"})


def wrong_serial(scene: Scene) -> Deed:
    """Give a serial number that was never given out; in a PRes one that is none."""
    if scene.members.get("messageType") == MessageType.PREQ.value:
        return _with(scene, {"serialNum": UNKNOWN_SERIAL[:20]})
    return _with(scene, {"serialNum": UNKNOWN_SERIAL})


def wrong_ids(scene: Scene) -> Deed:
    """Speak of a transaction that nobody knows, in every identifier but the first."""
    names = [name for name in IDS if name in scene.members]
    return _with(scene, dict.fromkeys(names[1:] or names, FOREIGN_ID))


def wrong_reference(scene: Scene) -> Deed:
    """Present a product that was never approved."""
    named = [name for name in REFERENCES if name in scene.members]
    own = "acsReferenceNumber" if "acsReferenceNumber" in named else named[-1]
    return _with(scene, {own: "A_PRODUCT_OF_NOBODY"})


def without(name: str) -> Spoil:
    """Leave an element out."""

    def leave_out(scene: Scene) -> Deed:
        kept = {key: value for key, value in scene.members.items() if key != name}
        return Deed(octets=write_object(kept))

    return leave_out


def unknown_status(scene: Scene) -> Deed:
    """Use a code that no version has."""
    name = "resultsStatus" if "resultsStatus" in scene.members else "transStatus"
    return _with(scene, {name: "X" if name == "transStatus" else "09"})


def bad_signature(scene: Scene) -> Deed:
    """Change one bit of the signature of acsSignedContent."""
    signed = str(scene.members.get("acsSignedContent", ""))
    head, _, signature = signed.rpartition(".")
    octets = bytearray(base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)))
    if octets:
        octets[0] ^= 1
    spoilt = base64.urlsafe_b64encode(bytes(octets)).rstrip(b"=").decode()
    return _with(scene, {"acsSignedContent": f"{head}.{spoilt}"} if signed else {})


def erro(scene: Scene) -> Deed:
    """Say that the system fails for the moment."""
    known = {**scene.asked, **scene.members}
    component = {"AReq": "A", "RReq": "S", "PReq": "D"}.get(str(scene.asked.get("messageType")))
    members: dict[str, Json] = {
        **{name: known[name] for name in IDS if name in scene.asked},
        "errorCode": "403",
        "errorComponent": component,
        "errorDescription": "Transient system failure",
        "errorDetail": "The database is being moved.",
        "errorMessageType": scene.asked.get("messageType"),
        "messageType": MessageType.ERRO.value,
        "messageVersion": scene.asked.get("messageVersion"),
    }
    return Deed(octets=write_object(members))


def other_message(scene: Scene) -> Deed:
    """Send a message of another kind."""
    kind = MessageType.PRES if "serialNum" not in scene.members else MessageType.ARES
    return _with(scene, {"messageType": kind.value})


def swapped(scene: Scene) -> Deed:
    """Give the answer that belongs to the transaction before."""
    return Deed(octets=scene.before or scene.octets)


def second_result(scene: Scene) -> Deed:
    """Report another result after the first one."""
    return Deed(octets=scene.octets, then=(write_object(_denial(scene.members)),))


def result_first(scene: Scene) -> Deed:
    """Report a result before the question is answered."""
    return Deed(octets=scene.octets, first=(write_object(_result(scene)),))


def unannounced_result(scene: Scene) -> Deed:
    """Report a result that no answer has announced."""
    return Deed(octets=scene.octets, then=(write_object(_result(scene)),))


def _with(scene: Scene, changes: dict[str, Json]) -> Deed:
    return Deed(octets=write_object({**scene.members, **changes}))


def _denial(result: Mapping[str, Json]) -> dict[str, Json]:
    """Turn a result round: what was denied is authenticated, and the other way."""
    members = dict(result)
    for name in ("authenticationValue", "transStatusReason", "challengeCancel", "eci"):
        members.pop(name, None)
    if members.get("transStatus") == "Y":
        return {**members, "transStatus": "N", "transStatusReason": "01"}
    value = "AAABBZEEBgAAAAAAAAQGAAAAAAA="
    return {**_METHOD, **members, "transStatus": "Y", "authenticationValue": value, "eci": "05"}


def _result(scene: Scene) -> dict[str, Json]:
    """Make the RReq of a challenge that never was."""
    asked = scene.asked
    members: dict[str, Json] = {
        "acsTransID": scene.members.get("acsTransID"),
        "dsTransID": asked.get("dsTransID"),
        "threeDSServerTransID": asked.get("threeDSServerTransID"),
        "messageCategory": asked.get("messageCategory"),
        "messageType": MessageType.RREQ.value,
        "messageVersion": asked.get("messageVersion"),
        "interactionCounter": "01",
        "transStatus": "Y",
        "authenticationValue": "AAABBZEEBgAAAAAAAAQGAAAAAAA=",
        "eci": "05",
        **_METHOD,
    }
    if "sdkTransID" in asked:
        members["sdkTransID"] = asked["sdkTransID"]
    return members


_METHOD: Final[dict[str, Json]] = {"authenticationMethod": "02", "authenticationType": "02"}
