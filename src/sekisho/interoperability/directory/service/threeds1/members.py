"""Who may ask: merchants by acquirer, identifier and password, over their own plug-in's connection."""

from sekisho.interoperability.directory.model.threeds1 import Acquirer, OldMerchant, OldSettings
from sekisho.protocol.threeds1.records import IReq, RequestingMerchant
from sekisho.protocol.threeds1.vocabulary import IReqCode


class Acquirers:
    """The acquirers that take part."""

    def __init__(self, settings: OldSettings) -> None:
        self._by_bin = {each.acq_bin: each for each in settings.acquirers}

    def refusal(self, peer: str | None, merchant: RequestingMerchant) -> IReq | None:
        """Say why a merchant may not ask; None when it may (codes of section 12.4).

        The certificate is looked at first: whoever has none of ours learns nothing else.
        """
        if peer not in {each.certificate_name for each in self._by_bin.values()}:
            return IReq(i_req_code=IReqCode.ACCESS_DENIED)
        acquirer = self._by_bin.get(merchant.acq_bin)
        if acquirer is None:
            return _refused(IReqCode.ACQUIRER_UNKNOWN, "Merchant.acqBIN")
        if acquirer.certificate_name != peer:
            return _refused(IReqCode.ACCESS_DENIED, "Merchant.acqBIN")
        known = _merchant(acquirer, merchant.mer_id)
        if known is None:
            return _refused(IReqCode.MERCHANT_UNKNOWN, "Merchant.merID")
        return _password_refusal(known, merchant)


def _password_refusal(known: OldMerchant, merchant: RequestingMerchant) -> IReq | None:
    if known.password is None or known.password == merchant.password:
        return None
    missing = merchant.password is None
    code = IReqCode.PASSWORD_REQUIRED if missing else IReqCode.PASSWORD_INVALID
    return _refused(code, "Merchant.password")


def _merchant(acquirer: Acquirer, mer_id: str) -> OldMerchant | None:
    return next((each for each in acquirer.merchants if each.mer_id == mer_id), None)


def _refused(code: IReqCode, element: str) -> IReq:
    return IReq(i_req_code=code, i_req_detail=element)
