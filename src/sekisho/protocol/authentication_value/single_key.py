"""One key and the plain layout: what a bank with a single brand and key needs."""

from sekisho.protocol.authentication_value.binding import Facts
from sekisho.protocol.authentication_value.keys import KeyRing, Mac
from sekisho.protocol.authentication_value.layouts import PLAIN, Proof, Status
from sekisho.protocol.authentication_value.proving import issue, prove


def make(
    mac: Mac,
    *,
    acct_number: str,
    ds_trans_id: str,
    amount_minor: int,
    currency_number: str,
    acquirer_merchant_id: str,
    attempt: bool,
    unpredictable: bytes,
    key_indicator: int = 1,
) -> str:
    """Make the value for one authentication; the unpredictable number is four random octets."""
    facts = Facts(
        acct_number=acct_number,
        ds_trans_id=ds_trans_id,
        amount_minor=amount_minor,
        currency_number=currency_number,
        acquirer_merchant_id=acquirer_merchant_id,
    )
    keys = KeyRing(keys={key_indicator: mac}, current=key_indicator)
    proof = Proof.ATTEMPTED if attempt else Proof.FRICTIONLESS
    return issue(keys, proof, facts, layout=PLAIN, unpredictable=unpredictable)


def verify(
    mac: Mac,
    value: str,
    *,
    acct_number: str,
    ds_trans_id: str,
    amount_minor: int,
    currency_number: str,
    acquirer_merchant_id: str,
    key_indicator: int = 1,
) -> Status | None:
    """Tell what a value proves about these facts; None: nothing. Takes the same time either way."""
    facts = Facts(
        acct_number=acct_number,
        ds_trans_id=ds_trans_id,
        amount_minor=amount_minor,
        currency_number=currency_number,
        acquirer_merchant_id=acquirer_merchant_id,
    )
    keys = KeyRing(keys={key_indicator: mac}, current=key_indicator)
    return prove(keys, value, facts, layout=PLAIN)
