"""The Directory Server as its operator calls it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import quote, urlencode

import msgspec

from sekisho.adapters.http.client import Peer, Reply
from sekisho.adapters.http.problems import reason_in
from sekisho.kernel.errors import Conflict, NotThere, TheyErred, Unreachable
from sekisho.protocol import Json
from sekisho.protocol.codec import read_object

PART_BYTES: Final = 400 * 1024
"""How much of a file is sent at once: less than the Directory Server takes."""
LINE_BYTES_MAX: Final = 64 * 1024
PATIENCE_S: Final = 120.0
"""The last step of an import sorts and keeps millions of card ranges."""
PAGE: Final = 1000
ANSWER_BYTES_MAX: Final = 8 * 1024 * 1024
"""A page of card ranges with all that may be said of them."""

NO_CONTENT: Final = 204
NOT_FOUND: Final = 404
CONFLICT: Final = 409
SERVER_ERRORS: Final = 500


class DirectoryOperator:
    """Enrols members and card ranges, over mutual TLS with an operator's certificate.

    Every call raises Unreachable when it is not known whether it took effect, NotThere, Conflict,
    and TheyErred with what was wrong.
    """

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    async def members(self) -> list[dict[str, Json]]:
        """List the members."""
        return _listed(await self._call("GET", "/operator/members"), "members")

    async def put_member(self, name: str, member: Mapping[str, Json]) -> None:
        """Enrol a member, or change one."""
        await self._call("PUT", f"/operator/members/{quote(name, safe='')}", member)

    async def remove_member(self, name: str) -> None:
        """End a membership at once."""
        await self._call("DELETE", f"/operator/members/{quote(name, safe='')}")

    async def ranges(self, *, after: str | None = None, limit: int = PAGE) -> list[dict[str, Json]]:
        """List card ranges in order, those that begin after a number."""
        query = {"limit": limit} | ({"after": after} if after else {})
        answer = await self._call("GET", f"/operator/ranges?{urlencode(query)}")
        return _listed(answer, "ranges")

    async def add_range(self, members: Mapping[str, Json]) -> str:
        """Enrol a card range; give the new serial number."""
        return str((await self._call("POST", "/operator/ranges", members))["serialNum"])

    async def remove_range(self, start: str, end: str) -> str:
        """Take a card range out; give the new serial number."""
        path = f"/operator/ranges/{quote(start, safe='')}/{quote(end, safe='')}"
        return str((await self._call("DELETE", path))["serialNum"])

    async def import_ranges(
        self, lines: Iterable[bytes], *, progress: Callable[[int], None] = lambda _: None
    ) -> dict[str, Json]:
        """Let a file take the place of all card ranges; give the report.

        Each line is a card range in JSON. Nothing changes unless all of them are good; `progress`
        hears how many lines were looked at.
        """
        name = str((await self._call("POST", "/operator/imports"))["import"])
        path = f"/operator/imports/{name}"
        try:
            for number, part in enumerate(_parts(lines)):
                report = await self._call("PUT", f"{path}/parts/{number}", part)
                progress(int(str(report["lines"])))
            return await self._call("POST", f"{path}/finish")
        except BaseException:
            # What is not finished makes room for the next one; if this fails, time does it.
            with suppress(Unreachable):
                await self._peer.send("DELETE", path)
            raise

    async def send_notices(self, name: str, notices: Sequence[Json]) -> dict[str, Json]:
        """Send operational notices (OReq) to a member; give what became of them."""
        path = f"/operator/members/{quote(name, safe='')}/sequences"
        return await self._call("POST", path, {"notices": [*notices]})

    async def sequences(self) -> list[dict[str, Json]]:
        """List the last sequences of notices."""
        return _listed(await self._call("GET", "/operator/sequences"), "sequences")

    async def _call(
        self, method: str, path: str, body: Mapping[str, Json] | bytes | None = None
    ) -> dict[str, Json]:
        octets = body if isinstance(body, bytes | None) else msgspec.json.encode(body)
        reply = await self._peer.send(method, path, octets, read_s=PATIENCE_S)
        _refuse(reply)
        if reply.status == NO_CONTENT:
            return {}
        return read_object(reply.body, limit=ANSWER_BYTES_MAX)


def _parts(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Put whole lines together, as many as one part holds."""
    part = bytearray()
    for line in lines:
        if len(line) > LINE_BYTES_MAX:
            raise TheyErred(f"a line has more than {LINE_BYTES_MAX} octets")
        if len(part) + len(line) > PART_BYTES:
            yield bytes(part)
            part.clear()
        part += line if line.endswith(b"\n") else line + b"\n"
    if part:
        yield bytes(part)


def _refuse(reply: Reply) -> None:
    if reply.status < 400:  # noqa: PLR2004 - the first status that refuses
        return
    reason = f"the Directory Server answered {reply.status}: {reason_in(reply.body)}"
    if reply.status == NOT_FOUND:
        raise NotThere(reason)
    if reply.status == CONFLICT:
        raise Conflict(reason)
    if reply.status >= SERVER_ERRORS:
        raise Unreachable(reason)
    raise TheyErred(reason)


def _listed(answer: Mapping[str, Json], name: str) -> list[dict[str, Json]]:
    value = answer.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
