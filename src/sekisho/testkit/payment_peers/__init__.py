"""The three rooms that a payment gateway calls, in memory: vault, 3DS Server, bank.

They keep the contracts of the real ones (binding of tokens, idempotency, tombstones, validation of
the AReq by the element table) and misbehave on demand, every mischief a switch with its reason.
"""

from sekisho.testkit.payment_peers.bank import MemoryBank
from sekisho.testkit.payment_peers.server import ACS_URL, METHOD_URL, PROOF, ScriptedServer
from sekisho.testkit.payment_peers.vault import MemoryVault

__all__ = ["ACS_URL", "METHOD_URL", "PROOF", "MemoryBank", "MemoryVault", "ScriptedServer"]
