"""What the 3DS Server answered, read into what happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sekisho.acquirer.gateway.flow import Authenticated, AuthenticationFailed, ChallengeDemanded
from sekisho.acquirer.gateway.model.payment import AuthenticationResult, Challenge
from sekisho.acquirer.gateway.model.rules import Bad, web_address
from sekisho.acquirer.gateway.service.ports import Elements

NOTIFIED_MAX = 500
"""Characters of the issuer's text for the cardholder that are kept."""

TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("01", "06"), "01"),
    **dict.fromkeys(("02", "03", "04", "05"), "02"),
    **dict.fromkeys(("07", "08", "09", "11"), "03"),
}
"""authenticationType by authenticationMethod: 2.3.1 tells the method only."""


def read_answer(
    answer: Elements, *, version: str, at: datetime
) -> Authenticated | ChallengeDemanded | AuthenticationFailed:
    """Read an ARes."""
    if _text(answer, "transStatus") != "C":
        return Authenticated(at=at, result=read_result(answer, version, challenged=False, at=at))
    try:
        # The browser will be sent there: never to anything but a web address.
        acs_url = web_address(answer.get("acsURL"))
    except Bad as bad:
        return AuthenticationFailed(at=at, reason=f"The issuer's challenge address {bad}.")
    acs_trans_id = _text(answer, "acsTransID")
    if acs_trans_id is None:
        return AuthenticationFailed(at=at, reason="The issuer's challenge has no acsTransID.")
    challenge = Challenge(acs_url=acs_url, acs_trans_id=acs_trans_id, demanded_at=at)
    return ChallengeDemanded(at=at, challenge=challenge)


def read_result(
    answer: Elements, version: str, *, challenged: bool, at: datetime
) -> AuthenticationResult:
    """Read the result that an ARes or an RReq carries."""
    info, method = _text(answer, "cardholderInfo"), _text(answer, "authenticationMethod")
    return AuthenticationResult(
        trans_status=_text(answer, "transStatus") or "",
        at=at,
        version=version,
        challenged=challenged,
        reason=_text(answer, "transStatusReason"),
        eci=_text(answer, "eci"),
        authentication_value=_text(answer, "authenticationValue"),
        ds_trans_id=_text(answer, "dsTransID"),
        acs_trans_id=_text(answer, "acsTransID"),
        authentication_type=_text(answer, "authenticationType") or TYPES.get(method or ""),
        authentication_method=method,
        challenge_cancel=_text(answer, "challengeCancel"),
        cardholder_info=info[:NOTIFIED_MAX] if info else None,
    )


def not_enrolled(at: datetime) -> Authenticated:
    """Say that the card's issuer knows no 3-D Secure: as good as a result of U."""
    result = AuthenticationResult(
        trans_status="U", at=at, version="", challenged=False, reason="13"
    )
    return Authenticated(at=at, result=result)


def _text(answer: Elements, name: str) -> str | None:
    value = answer.get(name)
    if isinstance(value, list) and value:
        value = value[0]  # 2.3.1 lists what was one before; our own API tells one
    return value if isinstance(value, str) and value else None
