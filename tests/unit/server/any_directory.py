"""Somebody else's Directory Server: it answers every AReq with the smallest sound ARes, as told."""

from collections.abc import Mapping
from dataclasses import replace

from sekisho.acquirer.server.model import ServerSettings
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import TimedOut
from sekisho.protocol import Category, Channel, Component, Message, MessageType, Version, parse
from sekisho.protocol.codec import read_object, write_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.emv_network import DIRECTORY_URL, SERVER_URL, purchase
from sekisho.testkit.emv_stage import (
    DIRECTORY_SETTINGS,
    GATEWAY,
    SERVER_SETTINGS,
    EmvStage,
    sandbox_range,
)
from sekisho.testkit.messages import stage as stage_of
from sekisho.testkit.messages.specimens import with_elements

ALL_VERSIONS = ("2.1.0", "2.2.0", "2.3.1")
SETTINGS = replace(SERVER_SETTINGS, versions=ALL_VERSIONS)
SDK = ("deviceRenderOptions", "defaultSdkType")
APP: dict[str, Json] = {name: None for name in purchase() if name.startswith("browser")} | {
    "deviceChannel": "01",
    "threeDSCompInd": None,
    "notificationURL": None,
}
THREE_RI: dict[str, Json] = APP | {
    "deviceChannel": "03",
    "threeRIInd": "05",
    "threeDSRequestorAuthenticationInd": None,
}


class AnyDirectory:
    """A Directory Server with an ACS behind it, as one party."""

    def __init__(
        self, stage: EmvStage, *, url: str = DIRECTORY_URL, name: str = "directory"
    ) -> None:
        self._stage = stage
        self._name = name
        self.status: str | None = None
        """transStatus of the next ARes; None: whatever is simplest."""
        self.elements: dict[str, Json] = {}
        """What the next ARes says besides."""
        self.silent = False
        self.asked: list[Message] = []
        self.answered: list[Message] = []
        self.complaints: list[Message] = []
        stage.wire.listen(url, self.receive)

    async def receive(self, caller: str, body: bytes) -> bytes:
        """Answer an AReq; take an Erro in."""
        assert caller == "server"
        message = parse(body, receiver=Component.DIRECTORY)
        if message.type is MessageType.ERRO:
            self.complaints.append(message)
            return b""
        if message.type is not MessageType.AREQ:
            raise TimedOut("it has no card ranges to tell")
        self.asked.append(message)
        if self.silent:
            raise TimedOut("nothing comes")
        wanted = dict(self.elements)
        if self.status is not None:
            wanted["transStatus"] = self.status
        number = len(self.asked)
        ids: dict[str, Json] = {
            "threeDSServerTransID": message["threeDSServerTransID"],
            "dsTransID": f"d5d5d5d5-0000-4000-8000-{number:012d}",
            "acsTransID": f"acacacac-0000-4000-8000-{number:012d}",
        }
        ares = _made(MessageType.ARES, message, wanted | ids)
        self.answered.append(ares)
        return ares.encode()

    async def report(self, status: str = "Y", *, of: int = -1, **changes: Json) -> dict[str, Json]:
        """Report how a challenge ended; give the RRes or the Erro."""
        return read_object(await self.send(self.result(status, of=of, **changes)))

    async def send(self, message: bytes) -> bytes:
        """Post a message to the 3DS Server."""
        return await self._stage.wire.carry(self._name, SERVER_URL, message)

    def result(self, status: str = "Y", *, of: int = -1, **changes: Json) -> bytes:
        """Make the RReq of a challenge; what is changed is not checked."""
        ares = self.answered[of]
        ids = {name: ares[name] for name in ("threeDSServerTransID", "dsTransID", "acsTransID")}
        rreq = _made(MessageType.RREQ, ares, {"transStatus": status, **ids})
        return write_object({**rreq.elements, **changes})


def _made(kind: MessageType, request: Message, wanted: Mapping[str, Json]) -> Message:
    where = replace(
        stage_of(kind, request.version, request.channel, request.category, second_road=True),
        request=request,
    )
    members = with_elements(where, dict(wanted))
    assert members is not None, (kind, wanted)
    return where.built(members)


def app_purchase(version: Version, **changes: Json) -> dict[str, Json]:
    """Give what a requestor puts into /auth for a purchase in an app."""
    areq = stage_of(MessageType.AREQ, version, Channel.APP, Category.PAYMENT)
    simple = with_elements(areq, {})
    assert simple is not None
    sdk = {n: v for n, v in simple.items() if n.startswith("sdk") or n in SDK}
    return purchase(**{**APP, **sdk, **changes})


async def standing(
    settings: ServerSettings = SETTINGS,
    *,
    method_url: str | None = "https://bank.example/acs/method",
) -> tuple[EmvStage, AnyDirectory]:
    """A 3DS Server of every version that knows its card ranges, and a foreign Directory Server."""
    ranges = replace(
        sandbox_range(Brand.VISA, versions=ALL_VERSIONS), three_ds_method_url=method_url
    )
    stage = EmvStage(
        settings,
        replace(DIRECTORY_SETTINGS, versions=ALL_VERSIONS, ranges=(ranges,)),
    )
    await stage.server.start()
    return stage, AnyDirectory(stage)


async def told(stage: EmvStage, path: str, members: dict[str, Json]) -> dict[str, Json]:
    """Call the raw EMV API as the gateway."""
    call = getattr(stage.server, path)
    return read_object(await call(GATEWAY, write_object(members)), limit=1_000_000)
