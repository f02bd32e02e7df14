"""PReq: the card ranges, told to the 3DS Servers that registered, not more often than agreed."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from sekisho.interoperability.directory.model import CardRange, DirectorySettings, RangeUpdates
from sekisho.interoperability.directory.service.members import Participants
from sekisho.interoperability.directory.service.refusals import about
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Effect
from sekisho.kernel.errors import Conflict, NotThere, OutOfTurn
from sekisho.kernel.store import Store
from sekisho.protocol import Component, ErrorCode, Message, MessageType, Version, build
from sekisho.protocol.vocabulary import Json


class TooSoon(OutOfTurn):
    """A member asks again before its time."""


class RangeDesk:
    """Serves 3DS Servers that fill their card range cache."""

    def __init__(
        self,
        settings: DirectorySettings,
        participants: Participants,
        updates: Store[RangeUpdates],
        *,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._settings = settings
        self._participants = participants
        self._updates = updates
        self._clock = clock
        self._chance = chance
        self._serial = hashlib.sha256(msgspec.json.encode(settings.ranges)).hexdigest()[:20]

    async def receive(self, peer: str | None, preq: Message) -> bytes:
        """Answer a PReq with a PRes. Raises ProtocolFault for a refused one."""
        member = self._participants.member(peer, preq)
        known = preq.text_or_none("serialNum")
        if known not in {None, self._serial}:
            raise about(preq, ErrorCode.SERIAL_NUMBER_INVALID, "serialNum")
        try:
            await self._count(member.certificate_name)
        except TooSoon as error:
            raise about(
                preq,
                ErrorCode.TOO_MANY_MESSAGES,
                f"Only one PReq in {self._settings.preq_every_s} seconds is answered.",
            ) from error
        return self._answer(preq, changed=known is None).encode()

    async def _count(self, member: str) -> None:
        """Count one more update of a member; raises TooSoon before its time."""
        now = self._clock.now()

        def counted(updates: RangeUpdates) -> tuple[RangeUpdates, Sequence[Effect]]:
            self._require_pause(updates, now)
            return replace(updates, last_at=now, count=updates.count + 1), ()

        try:
            await self._updates.advance(member, counted)
        except NotThere:
            try:
                await self._updates.add(RangeUpdates(member=member, last_at=now, count=1))
            except Conflict:
                await self._updates.advance(member, counted)

    def _require_pause(self, updates: RangeUpdates, now: datetime) -> None:
        if now - updates.last_at < timedelta(seconds=self._settings.preq_every_s):
            raise TooSoon("the last update was less than the agreed time ago")

    def _answer(self, preq: Message, *, changed: bool) -> Message:
        elements: dict[str, Json] = {
            "threeDSServerTransID": preq["threeDSServerTransID"],
            "dsTransID": self._chance.uuid(),
            "serialNum": self._serial,
            "dsStartProtocolVersion": self._settings.versions[0],
            "dsEndProtocolVersion": self._settings.versions[-1],
        }
        if changed and self._settings.ranges:
            elements["cardRangeData"] = [_row(row, preq.version) for row in self._settings.ranges]
        return build(
            MessageType.PRES, preq.version, elements, sender=Component.DIRECTORY, request=preq
        )


def _row(row: CardRange, version: Version) -> Json:
    told: dict[str, Json] = {
        "startRange": row.start,
        "endRange": row.end,
        "actionInd": "A",
        "acsStartProtocolVersion": row.versions[0],
        "acsEndProtocolVersion": row.versions[-1],
    }
    if row.three_ds_method_url is not None:
        told["threeDSMethodURL"] = row.three_ds_method_url
    if row.acs_info_ind and version >= Version.V220:
        told["acsInfoInd"] = list(row.acs_info_ind)
    return told
