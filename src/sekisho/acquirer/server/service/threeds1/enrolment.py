"""VEReq and PAReq: is the card enrolled, and what the browser must post if it is."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sekisho.acquirer.server.model.threeds1 import OldAuthentication, PlugInSettings
from sekisho.acquirer.server.service.threeds1 import moves
from sekisho.acquirer.server.service.threeds1.data import merchant_data
from sekisho.acquirer.server.service.threeds1.ports import Around, Enquiry
from sekisho.acquirer.server.service.threeds1.ranges import OldRanges
from sekisho.kernel.errors import Unreachable
from sekisho.kernel.secret import Secret
from sekisho.protocol.states import threeds1_plug_in as table
from sekisho.protocol.threeds1 import (
    ErrorCode,
    Message,
    Outcome,
    ThreeDS1Fault,
    build,
    encode,
    outcome,
    parse_as,
)
from sekisho.protocol.threeds1.forms import RequestForm, write_request_form
from sekisho.protocol.threeds1.merchant_plug_in import moment_text, new_xid
from sekisho.protocol.threeds1.records import (
    AskedCardholder,
    Enrolment,
    PAReq,
    ShownPurchase,
    VEReq,
    VERes,
)
from sekisho.protocol.threeds1.vocabulary import Enrolled


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ToPost:
    """What the browser must post to the ACS: fields PaReq, TermUrl and MD."""

    acs_url: str
    pareq: str
    term_url: str
    md: str
    xid: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentTold:
    """The answer to an enquiry: what to post, or what the purchase is worth without it."""

    id: str
    enrolled: Enrolled
    i_req_code: str | None
    to_post: ToPost | None
    outcome: Outcome | None
    """None where a PARes will decide."""


class Enrolments:
    """Answers enquiries."""

    def __init__(self, settings: PlugInSettings, around: Around, ranges: OldRanges) -> None:
        self._settings = settings
        self._around = around
        self._ranges = ranges

    async def enrolment(self, owner: str, enquiry: Enquiry) -> EnrolmentTold:
        """Ask the Directory Server; keep what a PARes will be held against."""
        around, trans_id = self._around, self._around.chance.uuid()
        asked_at = around.clock.now()
        veres = await self._ask(trans_id, enquiry)
        told_at = around.clock.now()
        stage, effects = table.decide(
            table.begin(wait=timedelta(seconds=self._settings.pares_s)),
            table.VEResReceived(at=told_at, enrolled=veres.ch.enrolled.value),
        )
        record = OldAuthentication(
            id=trans_id,
            owner=owner,
            stage=stage,
            asked_at=asked_at,
            brand=enquiry.brand.value,
            last_four=enquiry.pan.last_four,
            i_req_code=None if veres.i_req is None else veres.i_req.i_req_code.value,
            settled_at=told_at if stage.state in table.FINAL else None,
        )
        to_post = None
        if stage.state is table.State.AWAITED:
            pareq = self._pareq(enquiry, veres, id=trans_id)
            to_post = self._to_post(enquiry, veres, pareq)
            record = replace(record, xid=to_post.xid, pareq=encode(pareq).decode())
        await around.authentications.add(record, moves.kept(effects))
        return EnrolmentTold(
            id=trans_id,
            enrolled=veres.ch.enrolled,
            i_req_code=record.i_req_code,
            to_post=to_post,
            outcome=None if to_post else outcome(veres.ch.enrolled, None, enquiry.brand),
        )

    async def _ask(self, id: str, enquiry: Enquiry) -> VERes:
        """Give the VERes; one that says U stands for whatever went wrong on the way."""
        if not self._ranges.may_hold(enquiry.pan.digits):
            return VERes(ch=Enrolment(enrolled=Enrolled.NO))
        vereq = VEReq(
            pan=Secret(enquiry.pan.digits), merchant=enquiry.asking, browser=enquiry.browser
        )
        try:
            reply = await self._around.directory.send(
                encode(build(id, vereq)), read_s=self._settings.vereq_read_s
            )
            return _answer_to(id, reply)
        except (Unreachable, ThreeDS1Fault) as error:
            self._around.log.warning("no VERes", transaction=id, reason=str(error))
            return VERes(ch=Enrolment(enrolled=Enrolled.UNABLE))

    def _pareq(self, enquiry: Enquiry, veres: VERes, *, id: str) -> Message[PAReq]:
        bought = enquiry.bought
        return build(
            id,
            PAReq(
                merchant=enquiry.shown,
                purchase=ShownPurchase(
                    xid=new_xid(self._around.chance),
                    date=moment_text(self._around.clock.now()),
                    amount=bought.amount,
                    purch_amount=bought.purch_amount,
                    currency=bought.currency,
                    exponent=bought.exponent,
                    desc=bought.desc,
                    recur=bought.recur,
                    install=bought.install,
                ),
                ch=AskedCardholder(acct_id=veres.ch.acct_id or "", expiry=enquiry.expiry),
            ),
        )

    def _to_post(self, enquiry: Enquiry, veres: VERes, pareq: Message[PAReq]) -> ToPost:
        form = RequestForm(
            pareq=encode(pareq),
            term_url=enquiry.term_url,
            md=merchant_data(self._around.fingerprint, pareq.id),
        )
        fields = write_request_form(form)
        return ToPost(
            acs_url=veres.url or "",
            pareq=fields["PaReq"],
            term_url=fields["TermUrl"],
            md=fields["MD"],
            xid=pareq.body.purchase.xid,
        )


def _answer_to(id: str, reply: bytes) -> VERes:
    """Read the answer to a VEReq; raises ThreeDS1Fault for the answer to another one."""
    answer = parse_as(VERes, reply)
    if answer.id != id:
        raise ThreeDS1Fault(ErrorCode.FORMAT_INVALID, elements=("Message.id",))
    return answer.body
