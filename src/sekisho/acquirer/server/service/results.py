"""The result of a challenge, relayed by the Directory Server: checked, kept, acknowledged."""

from datetime import timedelta
from typing import Final

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.model import Authentication, ServerSettings
from sekisho.acquirer.server.service.refusals import erro, type_of, unknown_transaction
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import NotThere
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    ErrorCode,
    Message,
    MessageType,
    ProtocolFault,
    Version,
    build,
    parse,
)
from sekisho.protocol.announcement import announcing_ares
from sekisho.protocol.checks import TRANSACTION_IDS
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object
from sekisho.protocol.faults import WRONG_RECEIVER

RECEIVED: Final = "01"
"""resultsStatus: the RReq was received and will be processed."""


class Results:
    """Serves the Directory Server."""

    def __init__(
        self,
        settings: ServerSettings,
        store: Store[Authentication],
        *,
        clock: Clock,
        log: Log,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._log = log

    async def receive(self, peer: str | None, body: bytes) -> bytes:
        """Take a message from a peer; answer RRes or Erro, or nothing where it was an Erro."""
        try:
            self._admit(peer, body)
            return (await self._receive(body)).encode()
        except ProtocolFault as fault:
            self._log.warning(
                "message refused",
                peer=peer,
                error_code=fault.error_code.value,
                error_detail=fault.error_detail,
                **fault.ids,
            )
            return erro(fault)

    def _admit(self, peer: str | None, body: bytes) -> None:
        if peer != self._settings.directory_certificate:
            raise ProtocolFault(
                ErrorCode.ACCESS_DENIED,
                detail="Results come from the Directory Server.",
                message_type=type_of(body),
            )

    async def _receive(self, body: bytes) -> Message:
        record = await self._record_of(body)
        rreq = parse(
            body, receiver=Component.SERVER, request=None if record is None else _ares_of(record)
        )
        if rreq.type is not MessageType.RREQ:
            raise _about(rreq, ProtocolFault(ErrorCode.MESSAGE_INVALID, detail=WRONG_RECEIVER))
        if record is None:
            raise _about(rreq, unknown_transaction())
        if rreq["messageCategory"] != record.category:
            raise _about(
                rreq, ProtocolFault(ErrorCode.FORMAT_INVALID, elements=("messageCategory",))
            )
        return await self._keep(record.id, rreq)

    async def _record_of(self, body: bytes) -> Authentication | None:
        """Find the authentication that a message is about; the message is not validated yet."""
        trans_id = read_object(body, limit=APP_MESSAGE_BYTES_MAX).get("threeDSServerTransID")
        if not isinstance(trans_id, str):
            return None
        try:
            record = await self._store.get(trans_id)
        except NotThere:
            return None
        return None if record.version is None else record  # prepared only: never asked of a DS

    async def _keep(self, trans_id: str, rreq: Message) -> Message:
        now = self._clock.now()
        event = flow.ResultReported(
            at=now,
            rreq=rreq.encode().decode(),
            trans_status=rreq.text_or_none("transStatus"),
            acs_trans_id=rreq.text("acsTransID"),
            ds_trans_id=rreq.text("dsTransID"),
            sdk_trans_id=rreq.text_or_none("sdkTransID"),
            keep_until=now + timedelta(seconds=self._settings.keep_answers_s),
        )
        try:
            await self._store.advance(trans_id, lambda record: flow.decide(record, event))
        except flow.ResultRefused as refusal:
            fault = ProtocolFault(ErrorCode(refusal.code), detail=refusal.detail)
            raise _about(rreq, fault) from refusal
        return build(
            MessageType.RRES,
            rreq.version,
            {
                "threeDSServerTransID": rreq["threeDSServerTransID"],
                "acsTransID": rreq["acsTransID"],
                "dsTransID": rreq["dsTransID"],
                "sdkTransID": rreq.get("sdkTransID"),
                "resultsStatus": RECEIVED,
            },
            sender=Component.SERVER,
            channel=rreq.channel,
            category=rreq.category,
            fit=True,
        )


def _ares_of(record: Authentication) -> Message | None:
    """Give what a result is held against: the ARes that announced it, as far as it matters."""
    if record.version is None or record.channel is None or record.category is None:
        return None
    return announcing_ares(
        version=Version(record.version),
        channel=Channel(record.channel),
        category=Category(record.category),
        ids={
            "threeDSServerTransID": record.id,
            "dsTransID": record.ds_trans_id,
            "acsTransID": record.acs_trans_id,
            "sdkTransID": record.sdk_trans_id,
        },
        decoupled=record.trans_status == "D",
    )


def _about(rreq: Message, fault: ProtocolFault) -> ProtocolFault:
    return ProtocolFault(
        fault.error_code,
        detail=fault.error_detail,
        message_type=rreq.type,
        version=rreq.version.value,
        ids={name: rreq.text(name) for name in TRANSACTION_IDS if name in rreq},
    )
