"""The merchant plug-in of 3-D Secure 1.0.2: asks whether a card is enrolled, believes its PARes."""

from datetime import datetime
from typing import Final

from sekisho.acquirer.server.model.threeds1 import PlugInSettings
from sekisho.acquirer.server.service.threeds1 import moves
from sekisho.acquirer.server.service.threeds1.enrolment import Enrolments, EnrolmentTold, ToPost
from sekisho.acquirer.server.service.threeds1.ports import Around, Bought, Enquiry
from sekisho.acquirer.server.service.threeds1.ranges import OldRanges, RefreshOldRanges
from sekisho.acquirer.server.service.threeds1.results import OldResults, ResultTold
from sekisho.kernel.errors import Misuse

__all__ = [
    "EFFECTS",
    "Around",
    "Bought",
    "Enquiry",
    "EnrolmentTold",
    "PlugIn",
    "ResultTold",
    "ToPost",
]

EFFECTS: Final = (*moves.EFFECTS, RefreshOldRanges)


class PlugIn:
    """A merchant plug-in: payment providers on one side, the Directory Server on the other."""

    def __init__(self, settings: PlugInSettings, around: Around) -> None:
        self._around = around
        self._ranges = OldRanges(settings, around)
        self.enrolment = Enrolments(settings, around, self._ranges).enrolment
        self.result = OldResults(settings, around).result

    async def start(self) -> None:
        """Take up the card ranges of before, and ask for news when a day is over."""
        await self._ranges.start()

    async def perform(self, key: str, effect: object) -> None:
        """Carry out an effect that a transaction left behind."""
        match effect:
            case moves.EndOldWait(until=until):
                ended = datetime.fromisoformat(until)
                await self._around.authentications.advance(
                    key, lambda record: moves.silenced(record, ended)
                )
            case moves.ForgetOldResult():
                await self._around.authentications.advance(key, moves.forgotten)
            case RefreshOldRanges():
                await self._ranges.refresh()
            case _:
                raise Misuse(f"the merchant plug-in has no effect {type(effect).__name__}")
