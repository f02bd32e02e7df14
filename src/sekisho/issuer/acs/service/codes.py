"""One-time codes: made, sent with what they are for, recognised when typed."""

import unicodedata
from datetime import datetime, timedelta
from typing import Final

from sekisho.issuer.acs.flow.question import DeliverCode, NewCode
from sekisho.issuer.acs.model import (
    MessageChannel,
    OneTimeCode,
    Purchase,
)
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.ports import Bank, Surroundings
from sekisho.kernel.errors import Misuse
from sekisho.kernel.money import Amount

CODE_DIGITS: Final = 6

TEXTS: Final = {
    "en": (
        "{bank}: {code} is your code to confirm {what}. It is good for {minutes} minutes. "
        "Never tell it to anyone. If this is not you, do not enter it."
    ),
    "ja": (
        "【{bank}】{what}の確認コードは {code} です。{minutes}分間有効です。"
        "このコードを誰にも教えないでください。お心当たりのない場合は入力しないでください。"
    ),
}
WITH_AMOUNT: Final = {"en": "{amount} at {shop}", "ja": "{shop}での{amount}のお支払い"}
WITHOUT_AMOUNT: Final = {"en": "your card at {shop}", "ja": "{shop}でのカード登録"}
UNNAMED_SHOP: Final = {"en": "an online shop", "ja": "オンラインショップ"}


class Codes:
    """Makes and sends one-time codes; nowhere is one kept that could be read."""

    def __init__(self, around: Surroundings, *, bank: Bank) -> None:
        self._settings = around.settings
        self._seal = around.keys.seal
        self._digests = Digests(around.keys.digest)
        self._bank = bank
        self._chance = around.chance

    def make(self, acs_trans_id: str, channel: MessageChannel, *, at: datetime) -> NewCode:
        """Make a code: a digest to recognise it by, and itself, sealed, for its messenger."""
        code, message_id = self._chance.digits(CODE_DIGITS), self._chance.uuid()
        return NewCode(
            code=OneTimeCode(
                digest=self.digest(acs_trans_id, code),
                message_id=message_id,
                channel=channel,
                good_until=at + timedelta(seconds=self._settings.code_s),
                again_from=at + timedelta(seconds=self._settings.code_again_s),
            ),
            sealed=self._seal.seal(code.encode(), bound_to=_place(acs_trans_id, message_id)),
        )

    def digest(self, acs_trans_id: str, code: str) -> str:
        """Give what a code is recognised by, in this challenge only."""
        return self._digests.code(acs_trans_id, code)

    async def deliver(self, acs_trans_id: str, purchase: Purchase, effect: DeliverCode) -> None:
        """Send a code to the cardholder; raises Unreachable when the bank cannot."""
        if purchase.card_id is None:
            raise Misuse("a code for a card that the bank does not know")
        place = _place(acs_trans_id, effect.message_id)
        code = self._seal.open(effect.sealed, bound_to=place).decode()
        await self._bank.deliver(
            purchase.card_id,
            message_id=effect.message_id,
            channel="sms" if effect.channel is MessageChannel.SMS else "email",
            text=message_text(purchase, code, minutes=self._settings.code_s // 60),
        )


def message_text(purchase: Purchase, code: str, *, minutes: int) -> str:
    """Write a message that says what the code is for: it confirms that and nothing else."""
    language = purchase.card_language if purchase.card_language in TEXTS else "en"
    shop = purchase.merchant_name or UNNAMED_SHOP[language]
    if purchase.amount is None:
        what = WITHOUT_AMOUNT[language].format(shop=shop)
    else:
        amount = amount_text(purchase.amount, language)
        what = WITH_AMOUNT[language].format(shop=shop, amount=amount)
    return TEXTS[language].format(bank=purchase.bank_name, code=code, what=what, minutes=minutes)


def amount_text(amount: Amount, language: str) -> str:
    """Write an amount for a message of plain text."""
    whole, point, part = amount.major_text().partition(".")
    grouped = f"{int(whole):,}{point}{part}"
    if language == "ja" and amount.currency == "JPY":
        return f"{grouped}円"
    return f"{grouped} {amount.currency}"


def digits_typed(text: str) -> str | None:
    """Read a code as people type it: full-width, spaced or hyphenated; None: it cannot be one."""
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKC", text)
        if not character.isspace() and character not in "-‐‑–ー−"
    )
    return bare if len(bare) == CODE_DIGITS and bare.isascii() and bare.isdigit() else None


def first_channel(purchase: Purchase) -> MessageChannel:
    """Choose where the first code goes: to the phone, if there is one."""
    return MessageChannel.SMS if purchase.phone_masked else MessageChannel.EMAIL


def reachable(purchase: Purchase, channel: MessageChannel) -> bool:
    """Tell whether the bank can send the cardholder anything that way."""
    by_phone = channel is MessageChannel.SMS
    return bool(purchase.phone_masked if by_phone else purchase.email_masked)


def _place(acs_trans_id: str, message_id: str) -> str:
    return f"code:{acs_trans_id}:{message_id}"
