"""What the bank remembers: cards, factors, prompts, authorizations, postings, messages.

A card number is never in a record except sealed; a security code is never in a record at all.
"""

from sekisho.issuer.members.model.authorizations import (
    Answer,
    Authorization,
    AuthorizationState,
    CodeResult,
    Posting,
    PostingKind,
    ResponseCode,
    SpentAuthentication,
    ValueResult,
)
from sekisho.issuer.members.model.cards import (
    CardId,
    CardRange,
    CardRecord,
    CardStatus,
    Method,
    mask_email,
    mask_phone,
)
from sekisho.issuer.members.model.factors import (
    Factors,
    KeptOption,
    KeptPasskey,
    KeptQuestion,
    Prompted,
    Registering,
)
from sekisho.issuer.members.model.messages import Message, MessageChannel, MessageState
from sekisho.issuer.members.model.prompts import Prompt, PromptAnswer, PromptState
from sekisho.issuer.members.model.settings import DefaultFactors, MembersSettings

__all__ = [
    "Answer",
    "Authorization",
    "AuthorizationState",
    "CardId",
    "CardRange",
    "CardRecord",
    "CardStatus",
    "CodeResult",
    "DefaultFactors",
    "Factors",
    "KeptOption",
    "KeptPasskey",
    "KeptQuestion",
    "MembersSettings",
    "Message",
    "MessageChannel",
    "MessageState",
    "Method",
    "Posting",
    "PostingKind",
    "Prompt",
    "PromptAnswer",
    "PromptState",
    "Prompted",
    "Registering",
    "ResponseCode",
    "SpentAuthentication",
    "ValueResult",
    "mask_email",
    "mask_phone",
]
