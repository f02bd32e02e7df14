"""What the rooms of a house have kept, read from their databases, and whether it is one story."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sekisho.protocol.states.acs_authentication import FINAL as ACS_FINAL
from sekisho.protocol.states.directory_table import FINAL as DIRECTORY_FINAL
from sekisho.protocol.states.server_table import FINAL as SERVER_FINAL

Record = dict[str, Any]

ROOMS = ("storefront", "ledger", "gateway", "vault", "server", "directory", "acs", "members")
PAID = {"authorized", "closed"}
PAYMENT_ENDS = PAID | {"declined", "voided", "error"}
ATTEMPT_ENDS = {"approved", "refused", "voided"}
AUTHORIZATION_ENDS = {"approved", "declined", "reversed"}
SERVER_ENDS = {state.value for state in SERVER_FINAL}
DIRECTORY_ENDS = {state.value for state in DIRECTORY_FINAL}
ACS_ENDS = {"deciding", *(state.value for state in ACS_FINAL)}
"""The first of them is how a sandbox's silence is kept: nothing else ever stays there."""
HAS_RESULT = {"server": "result", "directory": "result relayed", "acs": "result taken"}
UNSURE = {"directory": "unresolved", "acs": "result unconfirmed"}
"""What they keep who passed a result on and died before the receipt came, or waited too long for it."""
AUTHENTICATED = {"Y", "A"}


@dataclass(frozen=True)
class Errand:
    """An effect that still lies in a room's outbox."""

    room: str
    kind: str
    due_us: int
    tries: int
    parked: bool


class Kept:
    """A house's records; it may be running."""

    def __init__(self, data: Path, *, rooms: Sequence[str] = ROOMS) -> None:
        self._data = data
        self._rooms = rooms

    def records(self, room: str, table: str) -> list[Record]:
        """Read all records of a table, oldest first."""
        rows = self._read(room, f'SELECT body FROM "{table}" ORDER BY seq')  # noqa: S608 - our own names
        return [json.loads(body) for (body,) in rows]

    def errands(self) -> list[Errand]:
        """Read every outbox."""
        sql = "SELECT kind, due, tries, parked FROM outbox"
        return [
            Errand(room, kind, due, tries, bool(parked))
            for room in self._rooms
            for kind, due, tries, parked in self._read(room, sql)
        ]

    def overdue(self, now: datetime) -> list[Errand]:
        """Read what should have been done by now."""
        now_us = int((now - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)
        return [each for each in self.errands() if each.due_us <= now_us and not each.parked]

    def _read(self, room: str, sql: str) -> list[tuple[Any, ...]]:
        address = f"file:{self._data / room}.db?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as connection:
            return connection.execute(sql).fetchall()


class Story:
    """Everything that was kept of all purchases, and every way in which it contradicts itself."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self.checkouts = kept.records("storefront", "checkout")
        self.attempts = [each for checkout in self.checkouts for each in checkout["attempts"]]
        self.orders = {order["number"]: order for order in kept.records("ledger", "shop_order")}
        self.payments = {each["id"]: each for each in kept.records("gateway", "payment")}
        self.authorizations = {
            each["authorization_id"]: each
            for each in kept.records("members", "credit_authorization")
        }
        self.spent = kept.records("members", "spent_authentication")
        self.postings = kept.records("members", "posting")
        self.asked = {
            each["id"]: each["stage"] for each in kept.records("server", "authentication")
        }
        self.relayed = {each["id"]: each["stage"] for each in kept.records("directory", "relay")}
        self.answered = {
            each["stage"]["transaction"]["server_trans_id"]: each["stage"]
            for each in kept.records("acs", "authentication")
        }

    @property
    def placed(self) -> list[Record]:
        """Checkouts that became orders."""
        return [checkout for checkout in self.checkouts if checkout["state"] == "placed"]

    @property
    def paid(self) -> set[str]:
        """Payments that stand authorized at the gateway."""
        return {key for key, payment in self.payments.items() if payment["state"] in PAID}

    def contradictions(self) -> list[str]:
        """Say everything that is not as it must be; empty when it is one story."""
        return [
            *self._orders(),
            *self._money(),
            *self._unfinished(),
            *self._authentications(),
            *(f"{each.room} put {each.kind} aside" for each in self._kept.errands() if each.parked),
        ]

    def lines(self) -> list[str]:
        """Tell the whole story in a few lines, for whoever must find out what went wrong."""
        return [
            *(
                f"checkout {each['number']} {each['state']}, recorded {each.get('recorded', False)}, "
                f"attempts {[(a['id'][:8], a['state'], a.get('outcome')) for a in each['attempts']]}"
                for each in self.checkouts
            ),
            *(f"order {number}" for number in self.orders),
            *(
                f"payment {key} for {each['request_id'][:8]} {each['state']}, {each.get('outcome')}"
                for key, each in self.payments.items()
            ),
            *(f"authorization {key} {each['state']}" for key, each in self.authorizations.items()),
            *(f"authentication {self._standing(key)}" for key in self.asked),
            *(f"waiting {each}" for each in self._kept.errands()),
        ]

    def _orders(self) -> Iterator[str]:
        """D1: an order in shop and ledger for one approved attempt, and none without."""
        numbers = {checkout["number"] for checkout in self.placed}
        if numbers != set(self.orders):
            yield f"the shop has the orders {numbers}, the ledger {set(self.orders)}"
        for cart, count in Counter(each["cart_key"] for each in self.placed).items():
            if count > 1:
                yield f"{count} orders were made of one cart ({cart[:8]})"
        for checkout in self.checkouts:
            approved = [each for each in checkout["attempts"] if each["state"] == "approved"]
            expected = 1 if checkout["state"] == "placed" else 0
            if len(approved) != expected:
                yield f"{checkout['number']} is {checkout['state']} with {len(approved)} approved"
            order = self.orders.get(checkout["number"])
            for attempt in approved if order else ():
                payment = _facts(order)["payment"]["transactionId"]
                if payment != attempt["payment"]["transaction_id"]:
                    yield f"the ledger has {checkout['number']} paid by another payment"

    def _money(self) -> Iterator[str]:
        """A payment stands for each order; an approval at the bank for each payment; no others."""
        wanted = {
            attempt["payment"]["transaction_id"]
            for attempt in self.attempts
            if attempt["state"] == "approved"
        }
        if wanted != self.paid:
            yield f"orders are paid by {wanted}, the gateway has {self.paid} authorized"
        held = {key for key, each in self.authorizations.items() if each["state"] == "approved"}
        if held != self.paid:
            yield f"the gateway has {self.paid} authorized, the bank approved {held}"
        asked = Counter(payment["request_id"] for payment in self.payments.values())
        yield from (f"{n} payments for one request" for n in asked.values() if n > 1)
        standing = Counter[str]()
        for posting in self.postings:
            sign = 1 if posting["kind"] == "charge" else -1
            standing[posting["authorization_id"]] += sign * posting["amount_minor"]
        due = {key: self.authorizations[key]["amount"]["minor"] for key in held}
        left = {key: amount for key, amount in standing.items() if amount}
        if left != due:
            yield f"the accounts hold {left}; approved is {due}"

    def _unfinished(self) -> Iterator[str]:
        """Nothing hangs between two states once all time limits are over."""
        for checkout in self.checkouts:
            if checkout["state"] == "paying":
                yield f"checkout {checkout['number']} still waits for its payment"
            if checkout["state"] == "placed" and not checkout["recorded"]:
                yield f"order {checkout['number']} was never acknowledged by the ledger"
        ends = (
            ("attempt", ATTEMPT_ENDS, self.attempts),
            ("payment", PAYMENT_ENDS, self.payments.values()),
            ("authorization", AUTHORIZATION_ENDS, self.authorizations.values()),
            ("server", SERVER_ENDS, self.asked.values()),
            ("directory", DIRECTORY_ENDS, self.relayed.values()),
            ("ACS", ACS_ENDS, self.answered.values()),
        )
        for what, good, records in ends:
            for record in records:
                if record["state"] not in good:
                    yield f"{what}: one hangs in the state {record['state']}"

    def _authentications(self) -> Iterator[str]:
        """Server, directory and ACS tell the same of each authentication that came to an end."""
        for key in {*self.asked, *self.relayed, *self.answered}:
            standing = self._standing(key)
            results = [room for room, (state, _) in standing.items() if state == HAS_RESULT[room]]
            if results and not self._is_told(standing):
                yield f"only {results} know the result of {key}: {standing}"
            if results and len({status for _, status in standing.values()}) != 1:
                yield f"the result of {key} is not one: {standing}"
            finals = {status for state, status in standing.values() if state == "answered"}
            if len(finals) > 1:
                yield f"the answer of {key} is not one: {standing}"
        for key in self.paid:
            prepared = self.payments[key]["preparation"]["server_trans_id"]
            statuses = {status for _, status in self._standing(prepared).values()}
            if len(statuses) != 1 or not statuses <= AUTHENTICATED:
                yield f"payment {key} stands on an authentication of {statuses}"
        used = Counter(each["authorization_id"] for each in self.spent)
        yield from (f"{key} used {n} authentications" for key, n in used.items() if n > 1)

    def _is_told(self, standing: dict[str, tuple[str, str | None]]) -> bool:
        """Tell whether a result arrived: its receipt travels back, and may be lost on the way."""
        known = [standing.get(room, ("", None))[0] for room in HAS_RESULT]
        back = [state == HAS_RESULT[room] for room, state in zip(HAS_RESULT, known, strict=True)]
        lost = back.index(False) if False in back else len(back)
        rooms = list(HAS_RESULT)[lost:]
        return lost > 0 and all(
            state == UNSURE.get(room) for room, state in zip(rooms, known[lost:], strict=True)
        )

    def _standing(self, key: str) -> dict[str, tuple[str, str | None]]:
        rooms = {"server": self.asked, "directory": self.relayed, "acs": self.answered}
        return {
            room: (records[key]["state"], records[key].get("trans_status"))
            for room, records in rooms.items()
            if key in records
        }


def _facts(order: Record) -> Record:
    facts: Record = order["facts"][0]
    return facts
