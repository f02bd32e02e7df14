"""The Directory Servers that are asked, in the order of the settings: whose card is it, who is it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sekisho.acquirer.server.model import DirectoryServer
from sekisho.acquirer.server.service.ports import Directory, Line, RangeFacts
from sekisho.kernel.brands import BRANDS, brand_of
from sekisho.kernel.errors import Misuse, Unreachable
from sekisho.protocol import ErrorCode, ProtocolFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A Directory Server that has a card, and what is known of the card's range there."""

    directory: DirectoryServer
    facts: RangeFacts

    def scheme(self, acct_number: str) -> str | None:
        """Tell the brand under which the card would be authenticated."""
        brand = brand_of(acct_number)
        return self.directory.scheme or (None if brand is None else brand.value)

    def directory_server_id(self, acct_number: str) -> str | None:
        """Tell the RID for which an SDK encrypts its device data."""
        brand = brand_of(acct_number)
        known = None if brand is None else BRANDS[brand].directory_server_id
        return self.directory.directory_server_id or known


class Directories:
    """Finds the Directory Server of a card, of a peer, and the way to it."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = {line.settings.name: line for line in lines}
        if len(self._lines) != len(lines) or not lines:
            raise Misuse("every Directory Server has a name of its own, and there is at least one")

    @property
    def lines(self) -> tuple[Line, ...]:
        """All of them."""
        return tuple(self._lines.values())

    def line(self, name: str) -> Line | None:
        """Give the one of that name; None when there is none."""
        return self._lines.get(name)

    async def catch_up(self) -> None:
        """Take over card ranges that another process has fetched."""
        for line in self._lines.values():
            await line.cache.catch_up()

    def offers(self, acct_number: str) -> tuple[Offer, ...]:
        """Give every Directory Server that has the card, the preferred one first.

        Raises 403 while that is not known, 305 when none has it.
        """
        found, unknown = [], False
        for line in self._lines.values():
            try:
                facts = line.ranges.lookup(acct_number)
            except Unreachable:
                unknown = True
            else:
                if facts is not None:
                    found.append(Offer(directory=line.settings, facts=facts))
        if found:
            return tuple(found)
        if unknown:
            raise ProtocolFault(
                ErrorCode.TRANSIENT_FAILURE, detail="The card ranges are not loaded yet."
            )
        raise ProtocolFault(
            ErrorCode.TRANSACTION_DATA_INVALID, detail="acctNumber: not in any card range"
        )

    def chosen(self, acct_number: str, name: str | None) -> Offer:
        """Give the offer of the Directory Server that the requestor named, else the first.

        Raises 305 for a name that does not have the card.
        """
        offers = self.offers(acct_number)
        if name is None:
            return offers[0]
        for offer in offers:
            if offer.directory.name == name:
                return offer
        raise ProtocolFault(
            ErrorCode.TRANSACTION_DATA_INVALID, detail="directoryServer: it does not have the card"
        )

    def road(self, name: str) -> Directory:
        """Give the way to a Directory Server."""
        line = self._lines.get(name)
        if line is None:
            raise Unreachable("the Directory Server is not in the settings any more")
        return line.road

    def of_peer(self, certificate: str | None) -> tuple[str, ...]:
        """Give the names of the Directory Servers that a peer's certificate stands for."""
        return tuple(
            name
            for name, line in self._lines.items()
            if certificate is not None and line.settings.certificate == certificate
        )
