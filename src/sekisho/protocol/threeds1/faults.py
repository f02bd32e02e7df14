"""What is wrong with a peer's message of 3-D Secure 1.0.2.

* SekishoError
  * TheyErred
    * ThreeDS1Fault     one errorCode, and the names of every element it concerns
      * BadSignature    the PARes is not signed as it must be; believe nothing of it
      * EchoDiffers     the PARes is not the answer to this PAReq
"""

from collections.abc import Iterable
from typing import Final

from sekisho.kernel.errors import TheyErred
from sekisho.protocol.threeds1.vocabulary import ERROR_MEANINGS, ErrorCode, MessageName

DETAIL_CHARACTERS_MAX: Final = 2048
"""Longest errorDetail (confidence low, as all lengths of 1.0.2)."""


class ThreeDS1Fault(TheyErred):
    """The peer broke a rule of 1.0.2; `error_for` turns it into the Error message that says which.

    Holds names of the element table and the message's id, never another value of the message.
    """

    def __init__(
        self,
        error_code: ErrorCode,
        *,
        elements: Iterable[str] = (),
        reason: str = "",
        message_id: str | None = None,
        message_name: MessageName | None = None,
    ) -> None:
        self.error_code = error_code
        self.elements = tuple(elements)
        """Every element that the code concerns, as `Purchase.xid`, in the order of the table."""
        self.error_detail = ",".join(self.elements)[:DETAIL_CHARACTERS_MAX]
        self.reason = reason
        """For logs: what was found, in our own words; empty where the code says it all."""
        self.message_id = message_id
        """The id of the faulty message, where it has one in good form."""
        self.message_name = message_name
        """What the faulty message is, where that could be told."""
        super().__init__(" ".join(filter(None, (error_code.value, self.error_detail, reason))))

    @property
    def error_message(self) -> str:
        """Say in a sentence what the error code means."""
        return ERROR_MEANINGS[self.error_code]

    @property
    def answerable(self) -> bool:
        """Tell whether an Error may answer it: an Error is never answered with an Error."""
        return self.message_name is not MessageName.ERROR


class BadSignature(ThreeDS1Fault):
    """A PARes whose signature is missing, broken, foreign, or over something else."""

    def __init__(self, reason: str, *, message_id: str | None = None) -> None:
        super().__init__(
            ErrorCode.FORMAT_INVALID,
            elements=("Signature",),
            reason=reason,
            message_id=message_id,
            message_name=MessageName.PARES,
        )


class EchoDiffers(ThreeDS1Fault):
    """A PARes that is sound by itself and does not belong to the PAReq; `elements` says by what."""

    def __init__(self, elements: Iterable[str], *, message_id: str) -> None:
        super().__init__(
            ErrorCode.FORMAT_INVALID,
            elements=elements,
            message_id=message_id,
            message_name=MessageName.PARES,
        )
