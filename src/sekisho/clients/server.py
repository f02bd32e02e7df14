"""Calls the 3DS Server's raw EMV API: is the card enrolled, authenticate it, how did it end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sekisho.adapters.http.client import Peer, Reply
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
    Version,
    parse,
)
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object, write_object
from sekisho.protocol.vocabulary import Json

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


@dataclass(frozen=True, slots=True, kw_only=True)
class PreAuth:
    """What the 3DS Server says of a card before it is authenticated."""

    three_ds_server_trans_id: str
    """Must be given to the 3DS Method and to `auth`."""
    versions: tuple[str, ...]
    """Protocol versions that the card's ACS, the Directory Server and the 3DS Server share."""
    three_ds_method_url: str | None
    acs_info_ind: tuple[str, ...] = ()


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

    async def preauth(self, acct_number: str) -> PreAuth:
        """Ask what a card's range offers. Raises NotEnrolled when the card is in none."""
        try:
            answer = await self._call("/preauth", {"acctNumber": acct_number})
        except AuthenticationError as error:
            if error.error_code == ErrorCode.TRANSACTION_DATA_INVALID:
                raise NotEnrolled(error.erro) from error
            raise
        return _preauth(answer)

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

        Raises AuthenticationError when none will come, or none is kept any more.
        """
        try:
            answer = await self._call("/postauth", {"threeDSServerTransID": trans_id})
        except AuthenticationError as error:
            if error.error_code == ErrorCode.TRANSACTION_DATA_INVALID:
                return None
            raise
        return _message(answer, MessageType.RREQ, channel, category)

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


def _preauth(answer: Mapping[str, Json]) -> PreAuth:
    trans_id = answer.get("threeDSServerTransID")
    highest = answer.get("highestCommonSupportedProtocolVersion")
    method = answer.get("threeDSMethodURL")
    info = answer.get("acsInfoInd")
    if not isinstance(trans_id, str):
        raise Unreachable("the 3DS Server gave no transaction id")
    return PreAuth(
        three_ds_server_trans_id=trans_id,
        versions=_versions(answer, highest),
        three_ds_method_url=method if isinstance(method, str) else None,
        acs_info_ind=tuple(str(item) for item in info) if isinstance(info, list) else (),
    )


def _versions(answer: Mapping[str, Json], highest: Json) -> tuple[str, ...]:
    """List the versions from what ACS and Directory Server say, up to the highest in common."""
    lowest = max(str(answer.get(f"{party}StartProtocolVersion", "")) for party in ("acs", "ds"))
    most = str(highest) if highest else str(answer.get("acsEndProtocolVersion", ""))
    return tuple(version.value for version in Version if lowest <= version.value <= most)


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
