"""What the browser takes back to the requestor when a challenge is over. Pure."""

from dataclasses import dataclass

from sekisho.issuer.acs.model import Authentication, Challenge
from sekisho.issuer.acs.service.answering import Writer
from sekisho.protocol import Component, ErrorCode, MessageType
from sekisho.protocol.forms import base64url
from sekisho.protocol.states.browser_challenge import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A form to post to the requestor: always the same one, however often it is asked for."""

    notification_url: str
    requestor_url: str
    cres: str
    """base64url of the final CRes, or of an Erro."""
    session_data: str | None


def return_of(record: Authentication, writer: Writer) -> Return | None:
    """Give the form that ends a challenge in the browser; None while there is no end."""
    challenge = record.challenge
    if challenge is None or challenge.browser is None:
        return None
    match challenge.browser.state:
        case State.COMPLETED:
            message = writer.final_cres(record)
        case State.ERRORED if challenge.erro is not None:
            return returned(challenge, challenge.erro.encode())
        case State.TIMED_OUT:
            message = record.transaction.erro(
                Component.ACS,
                ErrorCode.TIMED_OUT,
                "The CReq came too late.",
                about=MessageType.CREQ,
            )
        case _:
            return None
    return returned(challenge, message.encode())


def returned(challenge: Challenge, message: bytes) -> Return:
    """Put a message into the form that takes it to the requestor."""
    return Return(
        notification_url=challenge.notification_url,
        requestor_url=challenge.requestor_url,
        cres=base64url(message),
        session_data=challenge.browser.session_data if challenge.browser else None,
    )
