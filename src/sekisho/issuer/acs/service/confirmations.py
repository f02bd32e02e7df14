"""Secure Payment Confirmation: what the shop's page must ask, and what the second AReq is worth (F2).

Protocol facts, section 2.8. What was asked is used once, for the payment that it showed.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from sekisho.issuer.acs.model import Authentication, BankCard, PaymentAsked
from sekisho.issuer.acs.service import reading
from sekisho.issuer.acs.service.app_channel.images import ISSUER, picture_path
from sekisho.issuer.acs.service.moves import Moves
from sekisho.issuer.acs.service.ports import Bank, KnownPasskey, PasskeyFacts, Surroundings
from sekisho.kernel.errors import NotThere, TheyErred, Unreachable
from sekisho.protocol import Message
from sekisho.protocol.jose.compact import octets_of
from sekisho.protocol.secure_payment_confirmation import (
    BadAssertion,
    OfferedPasskey,
    Passkey,
    PaymentRequest,
    read_assertion,
    read_cose_key,
    verify,
)
from sekisho.protocol.states import acs_events, spc_at_acs
from sekisho.protocol.vocabulary import Json

NONCE_OCTETS: Final = 32
TIMEOUT_MS: Final = 300_000
"""The browser's own patience; requestor and ACS wait longer."""
DISPLAY_NAME_MAX: Final = 40
PAYEE_NAME_MAX: Final = 40
PASSKEYS_MAX: Final = 10


class Confirmations:
    """Asks for confirmations, and judges them."""

    def __init__(self, around: Surroundings, *, bank: Bank, moves: Moves) -> None:
        self._settings = around.settings
        self._store = around.stores.authentications
        self._chance = around.chance
        self._clock = around.clock
        self._log = around.log
        self._bank = bank
        self._moves = moves

    async def ask(self, areq: Message, card: BankCard | None) -> PaymentAsked | None:
        """Say what is to be confirmed; None where there is no payment, or no passkey to confirm it."""
        amount = reading.amount_of(areq)
        payee_name = (areq.text_or_none("merchantName") or "")[:PAYEE_NAME_MAX] or None
        payee_origin = _https(areq.text_or_none("payeeOrigin"))
        if card is None or amount is None or (payee_name or payee_origin) is None:
            return None
        known = await self._passkeys(card.card_id)
        if known is None or known.rp_id is None:
            return None
        offered = tuple(
            OfferedPasskey(rp_id=known.rp_id, credential_id=octets)
            for octets in (octets_of(each.credential_id) for each in known.passkeys)
            if octets is not None
        )
        if not offered:
            return None
        nonce = octets_of(self._chance.token(NONCE_OCTETS))
        return PaymentAsked(
            request=PaymentRequest(
                passkeys=offered[:PASSKEYS_MAX],
                challenge=nonce or b"",
                currency=amount.currency,
                value=amount.major_text(),
                display_name=f"{card.product_name} {card.masked_number[-4:]}"[-DISPLAY_NAME_MAX:],
                icon=self._settings.public_url
                + picture_path(ISSUER, look="default", size="extraHigh"),
                timeout_ms=TIMEOUT_MS,
                payee_name=payee_name,
                payee_origin=payee_origin,
            ),
            card_id=card.card_id,
            origins=_origins(areq),
        )

    async def take(self, areq: Message, *, card_key: str) -> bool:
        """Tell whether an AReq brings its cardholder's confirmation of this very payment.

        Raises ProtocolFault 305 for a third one, or one whose time is over.
        """
        first = await self._first(areq, card_key)
        if first is None:
            return False
        now = self._clock.now()
        moved = await self._moves.move(
            first.id,
            acs_events.SecondAReqReceived(at=now, message=areq),
            spc_at_acs.SecondAReqReceived(at=now, message=areq),
        )
        asked = moved.record.confirmation
        if asked is None or asked.stage is None:
            return False
        if asked.stage.state is spc_at_acs.State.VERIFYING:
            # Again after a crash: the assertion is the same, for so is the AReq.
            asked = await self._judge(first, asked, areq)
        state = asked.stage.state if asked.stage else None
        return state is spc_at_acs.State.CONFIRMED

    async def _first(self, areq: Message, card_key: str) -> Authentication | None:
        reference = spc_at_acs.prior_of(areq)
        try:
            record = await self._store.get(reference) if reference else None
        except NotThere:
            return None
        if record is None or record.confirmation is None:
            return None
        own = record.card_key == card_key and _same_payment(record, areq)
        return record if own else None

    async def _judge(
        self, first: Authentication, asked: PaymentAsked, areq: Message
    ) -> PaymentAsked:
        event: spc_at_acs.AssertionVerified | spc_at_acs.AssertionRefused
        try:
            await self._verify(asked, spc_data(areq))
            event = spc_at_acs.AssertionVerified(at=self._clock.now())
        except (BadAssertion, Unreachable, NotThere, TheyErred) as error:
            self._log.warning("a payment is not confirmed", acs_trans_id=first.id, error=str(error))
            event = spc_at_acs.AssertionRefused(at=self._clock.now())
        after = (await self._moves.move(first.id, event)).record.confirmation
        return after or asked

    async def _verify(self, asked: PaymentAsked, data: Json) -> None:
        assertion = read_assertion(data)
        known = await self._bank.passkeys(asked.card_id)
        passkey = _passkey(known, assertion.credential_id)
        verify(assertion, request=asked.request, passkey=passkey, origins=asked.origins)

    async def _passkeys(self, card_id: str) -> PasskeyFacts | None:
        try:
            return await self._bank.passkeys(card_id)
        except (Unreachable, NotThere, TheyErred) as error:
            self._log.warning("the bank lists no passkeys", error=str(error))
            return None


def spc_data(areq: Message) -> Json:
    """Give the assertion that an AReq brings: threeDSReqAuthData of method 09."""
    listed = areq.get("threeDSRequestorAuthenticationInfo")
    items = listed if isinstance(listed, list) else [listed]
    for item in items:
        if isinstance(item, Mapping) and item.get("threeDSReqAuthMethod") == "09":
            return item.get("threeDSReqAuthData")
    return None


def _passkey(known: PasskeyFacts, credential_id: bytes) -> Passkey:
    found: KnownPasskey | None = next(
        (each for each in known.passkeys if octets_of(each.credential_id) == credential_id), None
    )
    if found is None or known.rp_id is None:
        raise BadAssertion("id")
    return Passkey(
        credential_id=credential_id,
        rp_id=known.rp_id,
        key=read_cose_key(found.public_key),
        sign_count=found.sign_count,
    )


def _same_payment(record: Authentication, areq: Message) -> bool:
    """Tell whether an AReq pays what was shown: the amount was signed, and so was the shop."""
    amount = reading.amount_of(areq)
    return (
        record.requestor_id == areq.text("threeDSRequestorID")
        and record.acquirer_merchant_id == (areq.text_or_none("acquirerMerchantID") or "")
        and amount is not None
        and record.amount_minor == amount.minor
        and record.currency_number == areq.text_or_none("purchaseCurrency")
    )


def _origins(areq: Message) -> tuple[str, ...]:
    """Give the origins of the requestor's own pages, where the browser may have asked."""
    named = ("payeeOrigin", "threeDSRequestorURL", "notificationURL")
    found = (_origin(areq.text_or_none(name) or "") for name in named)
    return tuple(dict.fromkeys(origin for origin in found if origin is not None))


def _https(origin: str | None) -> str | None:
    """Give the origin if a browser takes it for a payee's: a sandbox's site without TLS it does not."""
    return origin if origin is not None and origin.startswith("https://") else None


def _origin(url: str) -> str | None:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme and parts.netloc else None
