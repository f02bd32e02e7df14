"""What an outcome is worth to an authorization host: ECI and authentication value (section 11). Pure."""

from sekisho.issuer.acs.model import Authentication
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.ports import Keys
from sekisho.kernel.brands import Brand
from sekisho.protocol import Category, Channel, authentication_value
from sekisho.protocol.electronic_commerce import Occasion, eci_of, proof_of
from sekisho.protocol.vocabulary import Json


class Proofs:
    """Makes the proofs of one ACS."""

    def __init__(self, keys: Keys) -> None:
        self._rings = keys.authentication_value
        self._digests = Digests(keys.digest)

    def elements(
        self, record: Authentication, status: str, acct_number: str, *, asked: bool
    ) -> dict[str, Json]:
        """Give `eci` and `authenticationValue` as far as an outcome has them.

        `asked`: the cardholder was asked, in a challenge or outside of it.
        """
        brand, occasion = Brand(record.brand), occasion_of(record, asked=asked)
        proof = proof_of(status, occasion, challenged=asked)
        eci = eci_of(brand, status, occasion)
        if proof is None:
            return {"eci": eci}
        facts = authentication_value.Facts(
            acct_number=acct_number,
            ds_trans_id=record.transaction.ids["dsTransID"],
            amount_minor=record.amount_minor,
            currency_number=record.currency_number,
            acquirer_merchant_id=record.acquirer_merchant_id,
        )
        value = authentication_value.issue(
            self._rings[brand],
            proof,
            facts,
            layout=authentication_value.LAYOUTS[brand],
            unpredictable=self._digests.unpredictable(
                record.id, authentication_value.UNPREDICTABLE_OCTETS
            ),
        )
        return {"eci": eci, "authenticationValue": value}


def occasion_of(record: Authentication, *, asked: bool) -> Occasion:
    """Tell what kind of transaction an outcome belongs to."""
    transaction = record.transaction
    if transaction.category is not Category.PAYMENT:
        return Occasion.NON_PAYMENT
    if transaction.challenge_forbidden:
        return Occasion.DATA_ONLY
    # Where the cardholder was reached after all, it is the cardholder's payment again.
    if transaction.channel is Channel.THREE_RI and not asked:
        return Occasion.MERCHANT_INITIATED
    return Occasion.PAYMENT
