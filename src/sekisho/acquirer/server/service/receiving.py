"""What comes over mutual TLS: results and notices of Directory Servers, and nothing of others."""

from sekisho.acquirer.server.service.directories import Directories
from sekisho.acquirer.server.service.operations import Operations
from sekisho.acquirer.server.service.refusals import erro, type_of
from sekisho.acquirer.server.service.results import Results
from sekisho.kernel.log import Log
from sekisho.protocol import ErrorCode, MessageType, ProtocolFault


class Receiving:
    """Takes messages of peers."""

    def __init__(
        self, directories: Directories, results: Results, operations: Operations, *, log: Log
    ) -> None:
        self._directories = directories
        self._results = results
        self._operations = operations
        self._log = log

    async def receive(self, peer: str | None, body: bytes) -> bytes:
        """Take a message; answer RRes, ORes or Erro, or nothing where none of them is due."""
        try:
            self._admit(peer, body)
            if type_of(body) is MessageType.OREQ:
                ores = await self._operations.receive(peer, body)
                return b"" if ores is None else ores.encode()
            return (await self._results.receive(peer, body)).encode()
        except ProtocolFault as fault:
            self._log.warning(
                "message refused",
                peer=peer,
                error_code=fault.error_code.value,
                error_detail=fault.error_detail,
                **fault.ids,
            )
            return erro(fault)

    def _admit(self, peer: str | None, body: bytes) -> None:
        if not self._directories.of_peer(peer):
            raise ProtocolFault(
                ErrorCode.ACCESS_DENIED,
                detail="Results come from the Directory Server.",
                message_type=type_of(body),
            )
