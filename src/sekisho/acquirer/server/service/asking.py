"""The AReq on its way: sent once, its answer judged and kept, whoever still listens."""

import asyncio
from datetime import timedelta
from typing import Final

from sekisho.acquirer.server import flow
from sekisho.acquirer.server.model import Authentication, ServerSettings
from sekisho.acquirer.server.service.ports import Directory
from sekisho.acquirer.server.service.refusals import erro, fault_about
from sekisho.kernel.clock import Clock
from sekisho.kernel.errors import TimedOut, Unreachable
from sekisho.kernel.log import Log
from sekisho.kernel.store import Store
from sekisho.protocol import Component, ErrorCode, Message, MessageType, ProtocolFault, parse

RESULT_TO_COME: Final = frozenset({"C", "D"})
"""transStatus of an ARes that an RReq follows."""


class Asking:
    """Sends AReqs; remembers, in this process, those whose answer is awaited."""

    def __init__(
        self,
        settings: ServerSettings,
        store: Store[Authentication],
        directory: Directory,
        *,
        clock: Clock,
        log: Log,
    ) -> None:
        self._settings = settings
        self._store = store
        self._directory = directory
        self._clock = clock
        self._log = log
        self._under_way: dict[str, asyncio.Task[Authentication]] = {}

    async def ask(self, areq: Message) -> Authentication:
        """Send an AReq, and keep what comes of it even if our own caller hangs up meanwhile."""
        trans_id = areq.text("threeDSServerTransID")
        task = asyncio.create_task(self._ask(areq))
        self._under_way[trans_id] = task
        task.add_done_callback(lambda _: self._under_way.pop(trans_id, None))
        return await asyncio.shield(task)

    async def join(self, trans_id: str) -> Authentication | None:
        """Wait for an AReq that this process has sent; None when it has none under way."""
        task = self._under_way.get(trans_id)
        return None if task is None else await asyncio.shield(task)

    async def _ask(self, areq: Message) -> Authentication:
        event: flow.Event
        try:
            reply = await self._directory.send(areq.encode(), read_s=self._settings.areq_read_s)
            event = self._judge(areq, reply)
        except ProtocolFault as fault:
            told = fault_about(areq, fault)
            event = self._unanswered(areq, told, complain=fault.answerable)
        except TimedOut:
            event = self._silence(areq, ErrorCode.TIMED_OUT)
        except Unreachable:
            event = self._silence(areq, ErrorCode.CONNECTION_FAILED)
        return await self._store.advance(
            areq.text("threeDSServerTransID"), lambda record: flow.decide(record, event)
        )

    def _judge(self, areq: Message, reply: bytes) -> flow.Event:
        """Read the answer to an AReq; raises ProtocolFault for one that breaks a rule."""
        answer = parse(reply, receiver=Component.SERVER, request=areq)
        if answer.type is MessageType.ERRO:
            return self._refused(areq, answer)
        if answer.type is not MessageType.ARES:
            raise ProtocolFault(ErrorCode.MESSAGE_INVALID, detail="an ARes was expected")
        now = self._clock.now()
        ares = answer.encode().decode()
        acs_trans_id, ds_trans_id = answer.text("acsTransID"), answer.text("dsTransID")
        status = answer.text_or_none("transStatus")
        if status in RESULT_TO_COME:
            return flow.Challenged(
                at=now,
                ares=ares,
                trans_status=status,
                acs_trans_id=acs_trans_id,
                ds_trans_id=ds_trans_id,
                result_until=now + self._patience(areq, status),
            )
        return flow.Answered(
            at=now,
            ares=ares,
            trans_status=status,
            acs_trans_id=acs_trans_id,
            ds_trans_id=ds_trans_id,
            keep_until=now + timedelta(seconds=self._settings.keep_answers_s),
        )

    def _patience(self, areq: Message, status: str) -> timedelta:
        """Say how long the result may take: a decoupled one as long as the AReq allowed."""
        if status == "C":
            return timedelta(seconds=self._settings.result_s)
        minutes = int(str(areq.get("threeDSRequestorDecMaxTime") or 0))
        return timedelta(minutes=minutes, seconds=self._settings.decoupled_grace_s)

    def _silence(self, areq: Message, code: ErrorCode) -> flow.Unanswered:
        fault = ProtocolFault(
            code,
            detail="The Directory Server did not answer.",
            message_type=MessageType.AREQ,
        )
        return self._unanswered(areq, fault_about(areq, fault), complain=False)

    def _refused(self, areq: Message, told: Message) -> flow.Unanswered:
        """Pass on the Erro that came instead of an ARes, as it is."""
        self._log.warning(
            "authentication refused",
            three_ds_server_trans_id=areq["threeDSServerTransID"],
            error_code=told["errorCode"],
            error_component=told["errorComponent"],
            error_detail=told["errorDetail"],
        )
        return flow.Unanswered(at=self._clock.now(), erro=told.encode().decode())

    def _unanswered(
        self, areq: Message, fault: ProtocolFault, *, complain: bool
    ) -> flow.Unanswered:
        self._log.warning(
            "authentication not answered",
            three_ds_server_trans_id=areq["threeDSServerTransID"],
            error_code=fault.error_code.value,
            error_detail=fault.error_detail,
        )
        return flow.Unanswered(at=self._clock.now(), erro=erro(fault).decode(), complain=complain)
