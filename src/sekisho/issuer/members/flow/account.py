"""An account as a chain of postings: what the next fact says, given the last one.

An authorization has at most one charge and at most one give-back on its account, and never a charge
after a give-back. A give-back that finds no charge is posted all the same, with nothing in it: it
holds the place against a charge that is still on its way.
"""

from collections.abc import Sequence
from datetime import datetime

from sekisho.issuer.members.model import CardId, MembersSettings, Posting, PostingKind
from sekisho.kernel.currencies import CURRENCIES
from sekisho.kernel.money import Amount


def account_of(card_id: CardId, currency: str) -> str:
    """Name the account that pays for a card in a currency."""
    return f"{card_id}:{currency}"


def limit_of(settings: MembersSettings, currency: str) -> int:
    """Tell what may stand authorized on one account, in minor units."""
    named = settings.credit_limits.get(currency)
    if named is not None:
        return named
    exponent: int = CURRENCIES[currency].exponent
    return settings.credit_limit_major_otherwise * int(10**exponent)


def charge(
    last: Posting | None,
    *,
    account: str,
    authorization_id: str,
    amount: Amount,
    limit_minor: int,
    at: datetime,
) -> Posting | None:
    """Charge the account after its last posting; None when the limit does not allow it."""
    balance = (last.balance_minor if last else 0) + amount.minor
    if balance > limit_minor:
        return None
    return Posting(
        account=account,
        number=last.number + 1 if last else 1,
        authorization_id=authorization_id,
        kind=PostingKind.CHARGE,
        amount_minor=amount.minor,
        balance_minor=balance,
        at=at,
    )


def give_back(
    last: Posting | None,
    charged: Posting | None,
    *,
    account: str,
    authorization_id: str,
    at: datetime,
) -> Posting:
    """Undo an authorization's charge, or the possibility of one, after the last posting."""
    amount_minor = charged.amount_minor if charged else 0
    return Posting(
        account=account,
        number=last.number + 1 if last else 1,
        authorization_id=authorization_id,
        kind=PostingKind.GIVE_BACK,
        amount_minor=amount_minor,
        balance_minor=(last.balance_minor if last else 0) - amount_minor,
        at=at,
    )


def given_back(mine: Sequence[Posting]) -> bool:
    """Tell whether, among the postings of one authorization, there is a give-back."""
    return any(posting.kind is PostingKind.GIVE_BACK for posting in mine)


def charge_among(mine: Sequence[Posting]) -> Posting | None:
    """Find the charge among the postings of one authorization."""
    return next((posting for posting in mine if posting.kind is PostingKind.CHARGE), None)
