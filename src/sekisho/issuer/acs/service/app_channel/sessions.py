"""The key of a challenge in an app: agreed on when the ARes is written, kept sealed, used for each CReq.

Protocol facts, sections 5.2 to 5.4. The ACS's own ephemeral key is forgotten at once: what is kept is
only the key that both sides have derived.
"""

import base64

from sekisho.issuer.acs.model import AppSession, Renders
from sekisho.issuer.acs.service.ports import Seal
from sekisho.kernel.chance import Chance
from sekisho.kernel.secret import Secret
from sekisho.protocol import Message
from sekisho.protocol.jose import (
    KEY_SEED_OCTETS,
    AcsContent,
    SecureChannel,
    Side,
    Signer,
    agree_channel,
    ephemeral_key,
    read_jwk,
    sign_acs_content,
)
from sekisho.protocol.states.app_challenge_table import AppChallenge
from sekisho.protocol.states.split_sdk import split_sdk_of

PLACE = "app challenge"


class Sessions:
    """Begins sessions with SDKs, and finds their keys again."""

    def __init__(self, signer: Signer, *, acs_url: str, seal: Seal, chance: Chance) -> None:
        self._signer = signer
        self._acs_url = acs_url
        self._seal = seal
        self._chance = chance

    def begin(self, areq: Message, *, acs_trans_id: str, renders: Renders) -> AppSession:
        """Agree on a key with the SDK of an AReq, and sign what it must believe.

        Raises ProtocolFault 203 for an sdkEphemPubKey that is no point of the curve.
        """
        peers = read_jwk(areq.get("sdkEphemPubKey"), element="sdkEphemPubKey")
        own = ephemeral_key(octets(self._chance, KEY_SEED_OCTETS))
        channel = agree_channel(
            Side.ACS,
            own=own,
            peers=peers,
            sdk_reference_number=areq.text("sdkReferenceNumber"),
            acs_trans_id=acs_trans_id,
        )
        content = AcsContent(acs_key=own.public_key(), sdk_key=peers, acs_url=self._acs_url)
        return AppSession(
            signed_content=sign_acs_content(content, self._signer),
            sealed_key=self._seal.seal(channel.key.reveal(), bound_to=_place(acs_trans_id)),
            renders=renders,
            is_split=split_sdk_of(areq) is not None,
        )

    def channel(
        self, session: AppSession, app: AppChallenge, *, acs_trans_id: str
    ) -> SecureChannel:
        """Give the ACS's end of the channel as the challenge stands now."""
        key = self._seal.open(session.sealed_key, bound_to=_place(acs_trans_id))
        return SecureChannel(
            side=Side.ACS,
            acs_trans_id=acs_trans_id,
            key=Secret(key),
            enc=app.enc,
            allowed=app.allowed,
            sent=app.sent,
            received=app.received,
        )


def octets(chance: Chance, count: int) -> bytes:
    """Give random octets."""
    text = chance.token(count)
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _place(acs_trans_id: str) -> str:
    return f"{PLACE}:{acs_trans_id}"
