"""Calls the 3DS Server's raw EMV API: is the card enrolled, authenticate it, how did it end."""

from collections.abc import Mapping, Sequence
from typing import Final

from sekisho.adapters.http.client import Peer, Reply
from sekisho.clients.card_answers import DirectoryChoice, MethodFacts, PreAuth, read_preauth
from sekisho.kernel.errors import TheyErred, Unreachable
from sekisho.kernel.secret import Secret
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    ErrorCode,
    Message,
    MessageType,
    ProtocolFault,
    parse,
)
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object, write_object
from sekisho.protocol.vocabulary import Json

__all__ = [
    "AuthenticationError",
    "BadApiKey",
    "DirectoryChoice",
    "MethodFacts",
    "NotEnrolled",
    "PreAuth",
    "ThreeDSServer",
    "read_preauth",
]

OK: Final = 200
UNAUTHORIZED: Final = 401
STILL_ASKING: Final = 503

READ_S: Final = 25.0
"""Longer than a 3DS Server waits for an ARes (10 s), its connections and second try included."""


class AuthenticationError(TheyErred):
    """The 3DS Server answered with an Erro; it says whose, and why."""

    def __init__(self, erro: Mapping[str, Json]) -> None:
        self.erro = dict(erro)
        self.error_code = str(erro.get("errorCode", ""))
        self.error_component = str(erro.get("errorComponent", ""))
        self.error_detail = str(erro.get("errorDetail", ""))
        super().__init__(f"Erro {self.error_code} of {self.error_component}: {self.error_detail}")


class NotEnrolled(AuthenticationError):
    """The card takes no part in 3-D Secure as this server knows it."""


class BadApiKey(TheyErred):
    """The 3DS Server does not know our API key."""


class ThreeDSServer:
    """A 3DS Server, as a requestor with one API key sees it."""

    def __init__(
        self,
        peer: Peer,
        api_key: Secret[str],
        *,
        prefix: str = "/3dss",
        read_s: float = READ_S,
    ) -> None:
        self._peer = peer
        self._api_key = api_key
        self._prefix = prefix
        self._read_s = read_s

    async def preauth(
        self,
        acct_number: str,
        *,
        channel: Channel = Channel.BROWSER,
        sdk_versions: Sequence[str] | None = None,
    ) -> PreAuth:
        """Ask what a card's range offers. Raises NotEnrolled when the card is in none.

        `sdk_versions` are those of an app's SDK: a version is only offered if it speaks it too.
        """
        asked: dict[str, Json] = {"acctNumber": acct_number, "deviceChannel": channel.value}
        if sdk_versions is not None:
            asked["sdkProtocolVersions"] = list(sdk_versions)
        try:
            answer = await self._call("/preauth", asked)
        except AuthenticationError as error:
            if error.error_code == ErrorCode.TRANSACTION_DATA_INVALID:
                raise NotEnrolled(error.erro) from error
            raise
        return read_preauth(answer)

    async def auth(self, elements: Mapping[str, Json]) -> Message:
        """Authenticate; give the ARes. Repeating it with the same elements is harmless.

        Raises AuthenticationError with the Erro that came instead, and Unreachable when nothing is
        known: then repeat it with the same threeDSServerTransID to learn the answer.
        """
        answer = await self._call("/auth", elements)
        return _message(
            answer,
            MessageType.ARES,
            _channel_of(elements),
            _category_of(elements),
        )

    async def postauth(
        self,
        trans_id: str,
        *,
        channel: Channel = Channel.BROWSER,
        category: Category = Category.PAYMENT,
    ) -> Message | None:
        """Give the RReq that ended a challenge; None while it has not come.

        An authentication that was carried on (SPC, decoupled fallback) ends with its successor's:
        the ids are those, and if an ARes was its last word, it is an ARes. Raises
        AuthenticationError when nothing will come, or nothing is kept any more.
        """
        try:
            answer = await self._call("/postauth", {"threeDSServerTransID": trans_id})
        except AuthenticationError as error:
            if error.error_code == ErrorCode.TRANSACTION_DATA_INVALID:
                return None
            raise
        if answer.get("threeDSServerTransID") == trans_id:
            return _message(answer, MessageType.RREQ, channel, category)
        kind = MessageType.ARES if answer.get("messageType") == "ARes" else MessageType.RREQ
        try:
            return _message(answer, kind, channel, category)
        except TheyErred:
            # The fallback to decoupled authentication goes on without the cardholder's browser.
            return _message(answer, kind, Channel.THREE_RI, category)

    async def confirm(
        self,
        trans_id: str,
        *,
        assertion: Json = None,
        incompletion: str | None = None,
        category: Category = Category.PAYMENT,
    ) -> Message:
        """Say what came of Secure Payment Confirmation; give the ARes of the second AReq.

        `assertion` is the browser's, `incompletion` says why there is none (spcIncompInd). The ARes
        has a threeDSServerTransID of its own. Raises as `auth` does.
        """
        said: dict[str, Json] = {"threeDSServerTransID": trans_id}
        if assertion is not None:
            said["threeDSReqAuthData"] = assertion
        if incompletion is not None:
            said["spcIncompInd"] = incompletion
        answer = await self._call("/spc", said)
        return _message(answer, MessageType.ARES, Channel.BROWSER, category)

    async def opt_out(self, trans_id: str) -> None:
        """Say that there will be no challenge. Raises AuthenticationError where none is open."""
        await self._call("/optout", {"threeDSServerTransID": trans_id})

    async def _call(self, path: str, body: Mapping[str, Json]) -> dict[str, Json]:
        reply = await self._peer.post(
            self._prefix + path,
            write_object(body),
            headers={"APIKey": self._api_key.reveal()},
            read_s=self._read_s,
        )
        answer = _read(reply)
        if answer.get("messageType") == MessageType.ERRO:
            raise AuthenticationError(answer)
        return answer


def _read(reply: Reply) -> dict[str, Json]:
    if reply.status == UNAUTHORIZED:
        raise BadApiKey("the 3DS Server refuses the API key")
    if reply.status == STILL_ASKING:
        raise Unreachable("the 3DS Server does not know the answer yet")
    try:
        return read_object(reply.body, limit=APP_MESSAGE_BYTES_MAX)
    except ProtocolFault as fault:
        raise Unreachable(
            f"the 3DS Server answered {reply.status} and nothing that can be read"
        ) from fault


def _channel_of(elements: Mapping[str, Json]) -> Channel:
    """Say which channel the ARes must be read for; a wrong one was refused by the server."""
    given = elements.get("deviceChannel")
    return Channel(str(given)) if given in _CHANNELS else Channel.BROWSER


def _category_of(elements: Mapping[str, Json]) -> Category:
    return (
        Category.PAYMENT
        if elements.get("messageCategory") == Category.PAYMENT
        else Category.NON_PAYMENT
    )


_CHANNELS: Final = frozenset(Channel)


def _message(
    answer: Mapping[str, Json], expected: MessageType, channel: Channel, category: Category
) -> Message:
    try:
        message = parse(
            write_object(answer), receiver=Component.SERVER, channel=channel, category=category
        )
    except ProtocolFault as fault:
        raise TheyErred(f"the 3DS Server's {expected.value} is unsound: {fault}") from fault
    if message.type is not expected:
        raise TheyErred(f"the 3DS Server answered with {message.type.value}")
    return message
