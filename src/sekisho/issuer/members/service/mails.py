"""Words of the bank's e-mails: who writes, about which card, and what to do when it was not you."""

from datetime import datetime
from typing import Final

from sekisho.issuer.members.model import CardRecord
from sekisho.kernel.mail import Mail

SUBJECTS: Final = {
    "en": "{bank}: about your card",
    "ja": "【{bank}】カードに関する大切なお知らせ",
}
"""Shown on locked screens and kept in the logs of mail servers: no code, no shop, no amount."""
BODIES: Final = {
    "en": (
        "{text}\n\n"
        "Card: {product} {number}\n"
        "This mail was sent by a machine; nobody reads replies. We never ask for a code by mail "
        "or by phone.\n"
    ),
    "ja": (
        "{text}\n\n"
        "カード：{product} {number}\n"
        "このメールは自動送信です。ご返信いただいてもお答えできません。"
        "当行がメールや電話で確認コードをお尋ねすることはありません。\n"
    ),
}


def written(card: CardRecord, *, mail_id: str, bank: str, text: str, at: datetime) -> Mail:
    """Write a message to a card's holder as a mail, in the language that the holder reads."""
    language = card.language if card.language in BODIES else "en"
    return Mail(
        id=mail_id,
        to=card.email,
        sender_name=bank,
        subject=SUBJECTS[language].format(bank=bank),
        text=BODIES[language].format(
            text=text, product=card.product_name, number=card.masked_number
        ),
        language=language,
        at=at,
    )
