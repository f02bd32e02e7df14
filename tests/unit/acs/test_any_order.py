"""Whatever order events come in: one result for each D and S, and what is settled stays as it is."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.adapters.json_bodies import decoder_of, written
from sekisho.issuer.acs.flow import authentication as flow
from sekisho.issuer.acs.flow.apart import ContactFailed
from sekisho.issuer.acs.flow.authentication import AnswerFound
from sekisho.issuer.acs.flow.left import TIMERS, SendRReq, kept
from sekisho.issuer.acs.model import AskedApart, Authentication, ChallengeKind, PaymentAsked
from sekisho.issuer.acs.service.reading import record_of
from sekisho.kernel.errors import Misuse, OutOfTurn
from sekisho.protocol import Component, ErrorCode, MessageType, ProtocolFault, parse
from sekisho.protocol.secure_payment_confirmation import OfferedPasskey, PaymentRequest
from sekisho.protocol.states import acs_events, spc_at_acs
from sekisho.protocol.states import result_delivery as delivery
from sekisho.protocol.states.app_challenge_events import OutcomeReached
from sekisho.protocol.states.challenge_result import ChallengeResult
from sekisho.protocol.states.decoupled_events import CardholderReached
from tests.unit.protocol.states.transactions import message

from .conftest import areq
from .test_apart import ASKED
from .test_confirmation import SHOP, first
from .test_flows import ACS_TRANS_ID, PURCHASE, rres
from .test_question import NOW


def begun(body: bytes, **found: object) -> Authentication:
    """An authentication whose ARes has left."""
    asked = parse(body, receiver=Component.ACS)
    record = record_of(
        asked, id=ACS_TRANS_ID, at=NOW, digest="body", card_key="card", device_id=None
    )
    event = AnswerFound(at=NOW, ares="{}", reasons=(), **found)  # type: ignore[arg-type]  # by name
    return flow.decide(record, event)[0]


APART = begun(
    areq(**ASKED),
    result=ChallengeResult(trans_status="D"),
    apart=AskedApart(kind=ChallengeKind.ONE_TIME_CODE, purchase=PURCHASE),
    sealed_number="sealed",
)
CONFIRMING = begun(
    first(),
    result=ChallengeResult(trans_status="S"),
    confirmation=PaymentAsked(
        request=PaymentRequest(
            passkeys=(OfferedPasskey(rp_id="bank.localhost", credential_id=b"k"),),
            challenge=b"c" * 32,
            currency="JPY",
            value="14500",
            display_name="Visa",
            icon="https://bank.localhost/icon.png",
            timeout_ms=300_000,
            payee_name="Tea and Tins",
        ),
        card_id="card-1",
        origins=(SHOP,),
    ),
)
SECOND = parse(
    first(
        threeDSServerTransID="55555555-5555-4555-8555-555555555555",
        threeDSRequestorPriorAuthenticationInfo=[
            {"threeDSReqPriorRef": ACS_TRANS_ID, "threeDSReqPriorAuthMethod": "05"}
        ],
        spcIncompInd="01",
    ),
    receiver=Component.ACS,
)
MOMENTS = st.integers(0, 40).map(lambda number: NOW + timedelta(seconds=20 * number))
RESULTS = st.sampled_from(
    [ChallengeResult(trans_status="Y"), ChallengeResult(trans_status="R", reason="11")]
)
ERRO = message(MessageType.ERRO, APART.transaction.version, errorCode="203")
FAULT = ProtocolFault(ErrorCode.FORMAT_INVALID, elements=["x"])
ANYTHING = st.one_of(
    st.builds(OutcomeReached, at=MOMENTS, result=RESULTS),
    st.builds(CardholderReached, at=MOMENTS),
    st.builds(ContactFailed, at=MOMENTS),
    st.builds(acs_events.SecondAReqReceived, at=MOMENTS, message=st.just(SECOND)),
    st.builds(spc_at_acs.SecondAReqReceived, at=MOMENTS, message=st.just(SECOND)),
    st.builds(spc_at_acs.AssertionVerified, at=MOMENTS),
    st.builds(spc_at_acs.AssertionRefused, at=MOMENTS),
    st.builds(acs_events.ErroReceived, at=MOMENTS, message=st.just(ERRO)),
    st.builds(delivery.AttemptBegun, at=MOMENTS, attempt=st.integers(1, 3)),
    st.builds(delivery.DirectoryUnreachable, at=MOMENTS, attempt=st.integers(1, 3)),
    st.builds(delivery.RResReceived, at=MOMENTS, message=st.just(rres(APART))),
    st.builds(delivery.RResFaulted, at=MOMENTS, fault=st.just(FAULT)),
    st.builds(
        lambda kind, at: kind(at=at), st.sampled_from(sorted(TIMERS.values(), key=str)), MOMENTS
    ),
)


@settings(deadline=None)
@given(st.sampled_from([APART, CONFIRMING]), st.lists(ANYTHING, max_size=25))
def test_whatever_happens_outside_of_a_challenge_there_is_one_result_at_most(
    record: Authentication, events: list[flow.Event]
) -> None:
    """F2: one RReq for D, one for an S that nobody carried on; and it never changes."""
    first_attempts = 0
    for event in events:
        try:
            after, effects = flow.decide(record, event)
        except (OutOfTurn, ProtocolFault, Misuse):
            continue
        first_attempts += kept(effects).count(SendRReq(attempt=1))
        assert first_attempts == (after.result is not None)
        if record.result is not None:
            assert after.result == record.result
        if record.state in flow.FINAL:
            assert after.state is record.state
            assert after.settled_at == record.settled_at
        assert decoder_of(Authentication).decode(written(after)) == after
        record = after
