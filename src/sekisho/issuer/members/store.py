"""How the bank's records are kept."""

from pathlib import Path
from typing import Final

from sekisho.adapters.records import Table
from sekisho.issuer.members.flow.authorization import GiveBack
from sekisho.issuer.members.flow.message import EraseMessage, SendMail
from sekisho.issuer.members.flow.prompt import LapsePrompt, TellAnswer
from sekisho.issuer.members.model import (
    Authorization,
    CardRecord,
    Factors,
    Message,
    Posting,
    Prompt,
    SpentAuthentication,
)

MIGRATIONS: Final = Path(__file__).parent / "migrations"

EFFECTS: Final[tuple[type, ...]] = (GiveBack, EraseMessage, SendMail, TellAnswer, LapsePrompt)
"""Every effect that the bank's transactions may leave behind."""

CARDS: Final = Table(
    name="card",
    record=CardRecord,
    key=lambda card: card.fingerprint,
    columns={"card_id": lambda card: card.card_id},
)

AUTHORIZATIONS: Final = Table(
    name="credit_authorization",  # `authorization` alone is a word of SQL
    record=Authorization,
    key=lambda authorization: authorization.authorization_id,
    columns={"card_id": lambda authorization: authorization.card_id},
    effects=(GiveBack,),
)

POSTINGS: Final = Table(
    name="posting",
    record=Posting,
    key=lambda posting: posting.key,
    columns={
        "account": lambda posting: posting.account,
        "authorization_id": lambda posting: posting.authorization_id,
    },
)

SPENT: Final = Table(
    name="spent_authentication",
    record=SpentAuthentication,
    key=lambda spent: spent.ds_trans_id,
)

MESSAGES: Final = Table(
    name="message",
    record=Message,
    key=lambda message: message.message_id,
    columns={"last_four": lambda message: message.last_four},
    effects=(EraseMessage, SendMail),
)

FACTORS: Final = Table(name="factors", record=Factors, key=lambda factors: factors.card_id)

PROMPTS: Final = Table(
    name="prompt",
    record=Prompt,
    key=lambda prompt: prompt.prompt_id,
    columns={"last_four": lambda prompt: prompt.last_four},
    effects=(TellAnswer, LapsePrompt),
)
