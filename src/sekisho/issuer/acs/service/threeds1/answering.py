"""PARes: written from what was decided, with the CAVV that the bank's authorization host knows."""

from sekisho.issuer.acs.model.threeds1 import OldAuthentication
from sekisho.issuer.acs.service.digests import Digests
from sekisho.issuer.acs.service.threeds1.ports import OldSurroundings
from sekisho.kernel.brands import Brand
from sekisho.kernel.cards import Pan
from sekisho.kernel.errors import Misuse
from sekisho.protocol import authentication_value
from sekisho.protocol.threeds1 import IReqCode, build, deflated, outcome, parse_as
from sekisho.protocol.threeds1.answers import echo_of
from sekisho.protocol.threeds1.merchant_plug_in import SPA_BRANDS, masked_pan, moment_text
from sekisho.protocol.threeds1.records import (
    EchoedMerchant,
    IReq,
    PAReq,
    PARes,
    ShownPurchase,
    Transaction,
)
from sekisho.protocol.threeds1.vocabulary import CavvAlgorithm, Enrolled, Status

PROOFS = {
    Status.AUTHENTICATED: authentication_value.Proof.CHALLENGED,
    Status.ATTEMPTED: authentication_value.Proof.ATTEMPTED,
}
"""What has a CAVV, and what that stands for."""


class OldWriter:
    """Writes the answer of one ACS."""

    def __init__(self, old: OldSurroundings) -> None:
        self._keys = old.around.keys
        self._digests = Digests(old.around.keys.digest)
        self._signing = old.signing

    def pares(self, record: OldAuthentication) -> str:
        """Give the signed PARes as a form field; the same record gives the same."""
        if record.pareq is None or record.stage.status is None or record.stage.answered_at is None:
            raise Misuse("an authentication that is not decided has no PARes")
        message = parse_as(PAReq, record.pareq.encode())
        asked = message.body
        number = self._keys.seal.open(record.sealed_number, bound_to=record.id).decode()
        pares = PARes(
            id=f"PARes-{record.id}",
            merchant=EchoedMerchant(acq_bin=asked.merchant.acq_bin, mer_id=asked.merchant.mer_id),
            purchase=echo_of(asked),
            pan=masked_pan(Pan(number)),
            tx=self._transaction(record, asked.purchase, asked.merchant.mer_id, number),
            i_req=None
            if record.i_req_code is None
            else IReq(i_req_code=IReqCode(record.i_req_code), i_req_detail=record.i_req_detail),
        )
        return deflated(self._signing.sign(build(message.id, pares)))

    def _transaction(
        self, record: OldAuthentication, bought: ShownPurchase, mer_id: str, number: str
    ) -> Transaction:
        if record.stage.answered_at is None or record.stage.status is None:
            raise Misuse("an authentication that is not decided has no result")
        time, status = moment_text(record.stage.answered_at), Status(record.stage.status)
        proof, brand = PROOFS.get(status), Brand(record.brand)
        if proof is None:
            return Transaction(time=time, status=status)
        facts = authentication_value.Facts(
            acct_number=number,
            ds_trans_id=bought.xid,
            amount_minor=int(bought.purch_amount),
            currency_number=bought.currency,
            acquirer_merchant_id=mer_id,
        )
        cavv = authentication_value.issue(
            self._keys.authentication_value[brand],
            proof,
            facts,
            layout=authentication_value.LAYOUTS[brand],
            unpredictable=self._digests.unpredictable(
                record.id, authentication_value.UNPREDICTABLE_OCTETS
            ),
        )
        spa = brand in SPA_BRANDS
        return Transaction(
            time=time,
            status=status,
            cavv=cavv,
            eci=outcome(Enrolled.YES, status, brand).eci,
            cavv_algorithm=CavvAlgorithm.MASTERCARD_SPA if spa else CavvAlgorithm.HMAC,
        )
