"""An authorization host in memory: idempotent by id, with tombstones for what is reversed."""

from dataclasses import dataclass

from sekisho.kernel.cards import Card
from sekisho.kernel.errors import Conflict, TheyErred, TimedOut, Unreachable
from sekisho.kernel.money import Amount
from sekisho.testkit.payment_peers.server import PROOF


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The bank's answer."""

    approved: bool
    response_code: str
    approval_code: str | None
    authentication_value_result: str
    security_code_result: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the bank was asked for one authorization."""

    card: Card
    amount: Amount
    merchant_id: str
    merchant_name: str
    merchant_category: str
    capture: bool
    eci: str | None
    authentication_value: str | None
    ds_trans_id: str | None


class MemoryBank:
    """An authorization host: idempotent by id, with tombstones for what is reversed."""

    def __init__(self) -> None:
        self.requests: dict[str, Request] = {}
        self.answers: dict[str, Decision] = {}
        self.reversed: set[str] = set()
        self.calls: list[tuple[str, str]] = []
        self.decline: str | None = None
        """Response code with which everything is declined."""
        self.unreachable = False
        self.lose_answers = False
        """Acts, but the answer gets lost: the caller does not know whether it acted."""

    @property
    def holding(self) -> set[str]:
        """Authorizations for which the bank holds money."""
        return {key for key, answer in self.answers.items() if answer.approved} - self.reversed

    async def authorize(
        self,
        authorization_id: str,
        card: Card,
        amount: Amount,
        *,
        merchant_id: str,
        merchant_name: str,
        merchant_category: str,
        capture: bool,
        eci: str | None = None,
        authentication_value: str | None = None,
        ds_trans_id: str | None = None,
    ) -> Decision:
        """Grant or decline, once for every id."""
        self._answer("authorize", authorization_id)
        request = Request(
            card=card,
            amount=amount,
            merchant_id=merchant_id,
            merchant_name=merchant_name,
            merchant_category=merchant_category,
            capture=capture,
            eci=eci,
            authentication_value=authentication_value,
            ds_trans_id=ds_trans_id,
        )
        if self.requests.setdefault(authorization_id, request) != request:
            raise Conflict("the bank has another request under that id")
        if authorization_id not in self.answers:
            self.answers[authorization_id] = self._decide(authorization_id, request)
        if self.lose_answers:
            raise TimedOut("the answer got lost")
        return self.answers[authorization_id]

    async def reverse(self, authorization_id: str, reason: str) -> None:
        """Undo, or refuse in advance."""
        if not reason:
            raise TheyErred("a reversal has a reason")
        self._answer("reverse", authorization_id)
        self.reversed.add(authorization_id)

    def _decide(self, authorization_id: str, request: Request) -> Decision:
        code = "05" if authorization_id in self.reversed else self.decline
        attempt = request.eci in {"06", "01"}
        verified = ("3" if attempt else "2") if request.authentication_value == PROOF else "0"
        return Decision(
            approved=code is None,
            response_code=code or "00",
            approval_code="123456" if code is None else None,
            authentication_value_result=verified,
            security_code_result="MATCH" if request.card.security_code else "NOT_PRESENT",
        )

    def _answer(self, call: str, authorization_id: str) -> None:
        self.calls.append((call, authorization_id))
        if self.unreachable:
            raise Unreachable("the bank does not answer")
