"""What an authentication value is bound to: stolen from one purchase, it proves no other."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The purchase that a value stands for."""

    acct_number: str = field(repr=False)
    ds_trans_id: str
    amount_minor: int
    currency_number: str
    """ISO 4217, three digits."""
    acquirer_merchant_id: str

    def octets(self) -> bytes:
        """Write the facts, each behind its length: no two sets of facts give the same octets."""
        fields = (
            self.acct_number,
            self.ds_trans_id.lower(),
            str(self.amount_minor),
            self.currency_number,
            self.acquirer_merchant_id,
        )
        # What a peer sends may hold half a character, which no fact of ours does.
        encoded = (each.encode("utf-8", "surrogatepass") for each in fields)
        return b"".join(len(octets).to_bytes(4, "big") + octets for octets in encoded)
