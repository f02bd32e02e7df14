"""A shop's app that pays: asks its 3DS Server, lets the SDK hold the challenge, reads the result.

The 3DS Server is reached by its raw EMV API (`clients.server`). What the SDK says at the end is a hint
only: what counts is the RReq, as /postauth gives it (protocol facts, section 2.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sekisho.clients.server import ThreeDSServer
from sekisho.kernel.chance import Chance
from sekisho.kernel.errors import TheyErred
from sekisho.kernel.money import Amount
from sekisho.protocol import Category, Channel, Message, Version
from sekisho.protocol.jose import KEY_SEED_OCTETS, Roots, ephemeral_key
from sekisho.protocol.jose.secure_channel import RANDOM_OCTETS
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.sdk import session as playing
from sekisho.testkit.sdk.device import DirectoryKey, SealingChance
from sekisho.testkit.sdk.identity import Sdk, SdkTransaction, begin_transaction
from sekisho.testkit.sdk.playing import Player, octets
from sekisho.testkit.sdk.session import Ended, Session

APP_CHANNEL: Final = Channel.APP.value
PAYMENT: Final = Category.PAYMENT.value


class NoVersion(TheyErred):
    """The card's ACS does not speak the version that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What a Directory Server gives to an SDK: its key by brand, and what signatures must lead to."""

    keys: Mapping[str, DirectoryKey]
    """By directoryServerID."""
    roots: Roots


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What came of it."""

    ares: Message
    ended: Ended | None = None
    """What the SDK told the app; None: there was no challenge."""
    session: Session | None = field(default=None, repr=False)
    result: Message | None = None
    """The RReq as the requestor reads it; None: there was no challenge, or it has not come."""

    @property
    def trans_status(self) -> str:
        """The transStatus that counts: of the RReq where there is one, else of the ARes."""
        return (self.result or self.ares).text("transStatus")


@dataclass(kw_only=True)
class PayingApp:
    """One app with one SDK."""

    server: ThreeDSServer
    sdk: Sdk
    trust: Trust
    player: Player
    chance: Chance

    async def pay(
        self, purchase: Mapping[str, Json], *, directory_server_id: str, version: Version | None
    ) -> Paid:
        """Pay; `purchase` are AReq elements without those of the SDK.

        Raises AuthenticationError with the Erro that came instead of an ARes, NotEnrolled for a
        card that takes no part, NoVersion, Unreachable.
        """
        before = await self.server.preauth(str(purchase["acctNumber"]))
        spoken = Version(_chosen(before.versions, version))
        transaction = self._begun(spoken, directory_server_id)
        ares = await self.server.auth(
            {
                **purchase,
                **transaction.elements,
                "messageType": "AReq",
                "messageVersion": spoken.value,
                "deviceChannel": APP_CHANNEL,
                "threeDSServerTransID": before.three_ds_server_trans_id,
            }
        )
        if ares.text_or_none("transStatus") != "C":
            return Paid(ares=ares)
        at = self.player.clock.now()
        session, actions = playing.begin(
            transaction, ares, roots=self.trust.roots, at=at, random=self._octets(RANDOM_OCTETS)
        )
        session, ended = await self.player.play(session, actions)
        result = await self.server.postauth(
            before.three_ds_server_trans_id,
            channel=Channel.APP,
            category=Category(str(purchase["messageCategory"])),
        )
        return Paid(ares=ares, ended=ended, session=session, result=result)

    def _begun(self, version: Version, directory_server_id: str) -> SdkTransaction:
        return begin_transaction(
            self.sdk,
            version=version,
            directory=self.trust.keys[directory_server_id],
            at=self.player.clock.now(),
            sdk_trans_id=self.chance.uuid(),
            key=ephemeral_key(self._octets(KEY_SEED_OCTETS)),
            random=SealingChance(
                seed=self._octets(KEY_SEED_OCTETS), octets=self._octets(RANDOM_OCTETS)
            ),
        )

    def _octets(self, count: int) -> bytes:
        return octets(self.chance, count)


def purchase_elements(
    *, card: str, expiry: str, amount: Amount, shop: str, at: datetime, version: Version | None
) -> dict[str, Json]:
    """Give what a shop's app asks for: a purchase with this card, of this amount, now."""
    elements: dict[str, Json] = {
        "messageCategory": PAYMENT,
        "threeDSRequestorAuthenticationInd": "01",
        "acctNumber": card,
        "cardExpiryDate": expiry,
        "acquirerBIN": "412345",
        "acquirerMerchantID": "app-1",
        "mcc": "5499",
        "merchantCountryCode": "392",
        "merchantName": shop,
        "purchaseAmount": str(amount.minor),
        "purchaseCurrency": amount.unit.number,
        "purchaseExponent": str(amount.unit.exponent),
        "purchaseDate": f"{at:%Y%m%d%H%M%S}",
        "transType": "01",
    }
    if version is not None and version >= Version.V231:
        elements |= {"acquirerCountryCode": "392", "acquirerCountryCodeSource": "01"}
    return elements


def _chosen(offered: tuple[str, ...], wanted: Version | None) -> str:
    if wanted is not None and wanted.value not in offered:
        raise NoVersion(f"the card's bank speaks {', '.join(offered)}, not {wanted.value}")
    return offered[-1] if wanted is None else wanted.value
