"""What a CReq that could be decrypted means to an authentication. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sekisho.issuer.acs.flow.question import was_wrong
from sekisho.issuer.acs.model import Authentication, Challenge
from sekisho.issuer.acs.service.app_channel.composing import session_of
from sekisho.issuer.acs.service.refusals import about
from sekisho.kernel.errors import Misuse
from sekisho.protocol import ErrorCode, Message, MessageType
from sekisho.protocol.jose import SecureChannel
from sekisho.protocol.states import app_challenge_events as on

OPENS: Final = "oobAppURLInd"
NOT_A_CREQ: Final = "An encrypted CReq was expected."


def event_of(
    message: Message, opened: SecureChannel, at: datetime
) -> on.CReqReceived | on.CReqFaulted:
    """Give what the table is told of a message that is sound by itself."""
    if message.type is MessageType.CREQ and opened.enc is not None:
        return on.CReqReceived(at=at, message=message, enc=opened.enc)
    fault = about(message, ErrorCode.MESSAGE_INVALID, NOT_A_CREQ)
    return on.CReqFaulted(at=at, fault=fault)


def opening_apps(record: Authentication) -> Authentication:
    """Take note that the bank's app can be opened from the device."""
    challenge = challenge_of(record)
    session = session_of(challenge)
    if session.opens_apps:
        return record
    noted = replace(challenge, app_session=replace(session, opens_apps=True))
    return replace(record, challenge=noted)


def challenge_of(record: Authentication) -> Challenge:
    """Give the challenge, which is there."""
    if record.challenge is None:
        raise Misuse("an authentication without a challenge has no screens")
    return record.challenge


def is_wrong(before: Challenge, after: Challenge) -> bool:
    """Tell whether what happened between the two was a wrong answer."""
    return was_wrong(before.question, after.question)
