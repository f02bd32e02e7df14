"""Whoever calls the Directory Server in its tests: a member, an operator, anybody with a certificate."""

from sekisho.clients.directory import DirectoryOperator
from sekisho.interoperability.directory.web import peers
from sekisho.protocol import Component, MessageType, Version, build
from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer
from sekisho.testkit.emv_network import SERVER_URL, purchase
from sekisho.testkit.emv_stage import MEMBER, EmvStage

TRANS_ID = "8a880dc0-d2d2-4067-bcb1-b08d1690b26e"


def areq(**changes: Json) -> bytes:
    """An AReq as the member sends it; None leaves an element out."""
    own = {
        "messageType": "AReq",
        "messageVersion": "2.2.0",
        "threeDSServerTransID": TRANS_ID,
        "threeDSServerRefNumber": MEMBER.reference_number,
        "threeDSServerOperatorID": MEMBER.operator_id,
        "threeDSServerURL": SERVER_URL,
    }
    return write_object(purchase(**{**own, **changes}))


def preq(version: Version = Version.V220, **elements: Json) -> bytes:
    """A PReq as the member sends it."""
    return build(
        MessageType.PREQ,
        version,
        {
            "threeDSServerTransID": TRANS_ID,
            "threeDSServerRefNumber": MEMBER.reference_number,
            "threeDSServerOperatorID": MEMBER.operator_id,
            **elements,
        },
        sender=Component.SERVER,
    ).encode()


async def answer(stage: EmvStage, body: bytes, *, peer: str | None = "server") -> dict[str, Json]:
    return read_object(await stage.directory.receive(peer, body))


RANGE: dict[str, Json] = {
    "startRange": "3558111100000000",
    "endRange": "3558111199999999",
    "acs": "acs",
    "directoryServerID": "A000000065",
    "dsProtocolVersions": ["2.1.0", "2.2.0"],
    "acsProtocolVersions": [
        {"version": "2.2.0", "threeDSMethodURL": "https://bank.example/m", "acsInfoInd": ["01"]}
    ],
}
SECOND: dict[str, Json] = {
    "role": "3DS Server",
    "certificateNames": ["server-2", "server-2b"],
    "referenceNumbers": ["3DS_LOA_SER_SECOND_1", "3DS_LOA_SER_SECOND_2"],
    "operatorIDs": ["SECOND_OPERATOR"],
    "urls": ["https://second.example/3ds"],
}


def port(stage: EmvStage, caller: str = "operator") -> Asgi:
    """The Directory Server's mutual-TLS port as one caller finds it."""
    app = peers(stage.directory, operators=("operator",), log=stage.log)
    return Asgi(app=app, caller=caller)


def operator(stage: EmvStage) -> DirectoryOperator:
    """The client that operators and the CLI use."""
    return DirectoryOperator(AsgiPeer(port(stage)))
