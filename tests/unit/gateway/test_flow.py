"""How payments move, as conversations."""

from datetime import timedelta

import pytest

from sekisho.acquirer.gateway.flow import (
    EVENTS,
    FINAL,
    IGNORED,
    NEXT,
    Authenticate,
    Authenticated,
    AuthenticationFailed,
    AuthorizationApproved,
    AuthorizationDeclined,
    AuthorizationUnclear,
    Authorize,
    ChallengeDemanded,
    ChallengeReturned,
    Continued,
    Expire,
    Expired,
    GiveUp,
    MethodNotified,
    Opened,
    Prepare,
    Prepared,
    ReadResult,
    ResultMissing,
    ReversalUnconfirmed,
    Reverse,
    Reversed,
    State,
    VoidRequested,
    begin,
    decide,
)
from sekisho.acquirer.gateway.model import Capture, Challenge, Kind, Payment, Preparation
from sekisho.kernel.effects import Later
from sekisho.kernel.errors import OutOfTurn
from sekisho.testkit.playbook import Play, holes
from tests.unit.gateway.scenes import NOON, bank_says, payment, result

ASK_BANK = (Later(NOON + timedelta(minutes=2), GiveUp()), Authorize())
PREPARATION = Preparation(
    server_trans_id="s-1", version="2.2.0", method_url="https://acs.example/method"
)
DEMAND = ChallengeDemanded(
    at=NOON,
    challenge=Challenge(acs_url="https://acs.example", acs_trans_id="c-1", demanded_at=NOON),
)

REFUSED = (
    {(state, Opened) for state in set(State) - {State.PENDING}}
    | {
        (State.PENDING, kind)
        for kind in set(EVENTS) - {Opened, VoidRequested, Expired}
    }
    | {
        (State.PREPARING, kind)
        for kind in (
            MethodNotified, Continued, ChallengeDemanded, ChallengeReturned, ResultMissing,
            AuthorizationApproved, AuthorizationDeclined, AuthorizationUnclear, Reversed,
            ReversalUnconfirmed,
        )
    }
    | {
        (State.METHOD, kind)
        for kind in (
            ChallengeDemanded, Authenticated, AuthenticationFailed, ChallengeReturned,
            ResultMissing, AuthorizationApproved, AuthorizationDeclined, AuthorizationUnclear,
            Reversed, ReversalUnconfirmed,
        )
    }
    | {
        (State.AUTHENTICATING, kind)
        for kind in (
            ChallengeReturned, ResultMissing, AuthorizationApproved, AuthorizationDeclined,
            AuthorizationUnclear, Reversed, ReversalUnconfirmed,
        )
    }
    | {
        (State.CHALLENGING, kind)
        for kind in (
            AuthorizationApproved, AuthorizationDeclined, AuthorizationUnclear, Reversed,
            ReversalUnconfirmed,
        )
    }
    | {
        (state, kind)
        for state in (State.AUTHORIZING, State.AUTHORIZED, State.CLOSED)
        for kind in (Reversed, ReversalUnconfirmed)
    }
    | {(state, VoidRequested) for state in (State.REVERSING, State.DECLINED, State.ERROR)}
)  # fmt: skip
"""What cannot be at that point: nothing has been done that it could answer."""


def play(**changes: object) -> Play[Payment]:
    """A payment with 3-D Secure, just begun."""
    return Play(decide, begin(payment(**changes))[0])


def at_challenge() -> Play[Payment]:
    """A payment whose cardholder is with the issuer."""
    return (
        play()
        .on(Opened(at=NOON), Prepare())
        .on(Prepared(at=NOON, preparation=PREPARATION))
        .on(Continued(at=NOON), Authenticate())
        .after(DEMAND, Later)
    )


def at_bank(**changes: object) -> Play[Payment]:
    """A payment that the bank is asked about."""
    return (
        play(**changes)
        .on(Opened(at=NOON), Prepare())
        .on(Prepared(at=NOON, preparation=PREPARATION))
        .on(Continued(at=NOON), Authenticate())
        .on(Authenticated(at=NOON, result=result()), *ASK_BANK)
    )


def test_the_table_is_whole() -> None:
    """Every event in every open state is a move, comes late, or is refused by name."""
    open_holes = set(holes(NEXT, final=FINAL, events=EVENTS))
    late = {pair for pair in IGNORED if pair[0] not in FINAL}
    assert open_holes == late | {pair for pair in REFUSED if pair[0] not in FINAL}
    assert not late & REFUSED
    ended = {(state, kind) for state in FINAL for kind in EVENTS}
    assert ended == (IGNORED | REFUSED) & ended
    assert not IGNORED & set(NEXT)


@pytest.mark.parametrize(("state", "kind"), sorted(REFUSED, key=str))
def test_what_cannot_be_is_refused(state: State, kind: type) -> None:
    """A refusal changes nothing: the record stays as it was."""
    event = _event(kind)
    with pytest.raises(OutOfTurn):
        decide(payment(state=state), event)


@pytest.mark.parametrize(("state", "kind"), sorted(IGNORED, key=str))
def test_what_comes_late_changes_nothing(state: State, kind: type) -> None:
    """Crossed answers and timers that rang for nothing must not move a payment."""
    before = payment(state=state)
    after, _ = decide(before, _event(kind))
    assert after is before


def test_a_payment_waits_for_its_buyer_for_a_quarter_of_an_hour() -> None:
    """C3: an orchestration address that nobody opens must not leave a payment pending for ever."""
    pending, effects = begin(payment())
    assert effects == (Later(NOON + timedelta(minutes=15), Expire()),)
    Play(decide, pending).on(Expired(at=NOON)).ends(State.ERROR)


def test_a_payment_without_a_return_address_goes_straight_to_the_bank() -> None:
    """C1."""
    begun, effects = begin(payment(authentication=None))
    assert effects == ASK_BANK
    Play(decide, begun).on(AuthorizationApproved(at=NOON, authorization=bank_says())).ends(
        State.CLOSED
    )


def test_a_frictionless_payment_runs_through() -> None:
    """C4, A3: method, authentication, authorization, without the cardholder."""
    (
        play()
        .on(Opened(at=NOON), Prepare())
        .on(Prepared(at=NOON, preparation=PREPARATION))
        .on(MethodNotified(at=NOON))
        .on(MethodNotified(at=NOON))
        .on(Continued(at=NOON), Authenticate())
        .on(Authenticated(at=NOON, result=result()), *ASK_BANK)
        .on(AuthorizationApproved(at=NOON, authorization=bank_says()))
        .ends(State.CLOSED)
    )


def test_the_method_counts_as_done_only_when_notified_in_time() -> None:
    """EMV 3DS: threeDSCompInd is Y for a notification before the AReq, N for a later one."""
    in_time = play().on(Opened(at=NOON), Prepare()).on(Prepared(at=NOON, preparation=PREPARATION))
    in_time.on(MethodNotified(at=NOON))
    assert in_time.record.preparation is not None
    assert in_time.record.preparation.method_done

    late = play().on(Opened(at=NOON), Prepare()).on(Prepared(at=NOON, preparation=PREPARATION))
    late.on(Continued(at=NOON), Authenticate()).on(MethodNotified(at=NOON))
    assert late.record.preparation is not None
    assert not late.record.preparation.method_done


def test_a_challenged_payment_takes_the_result_from_the_server() -> None:
    """C12, attack 4: coming back is a signal to look; the result comes from elsewhere."""
    challenged = result(challenged=True)
    (
        at_challenge()
        .on(ChallengeReturned(at=NOON), ReadResult())
        .on(ResultMissing(at=NOON, read=0))
        .ends(State.CHALLENGING)
        .on(Authenticated(at=NOON, result=challenged), *ASK_BANK)
        .on(AuthorizationApproved(at=NOON, authorization=bank_says()))
        .ends(State.CLOSED)
    )


def test_a_vanished_browser_does_not_stop_a_payment() -> None:
    """The gateway looks every half minute by itself, and once only for each turn."""
    half = timedelta(seconds=30)
    (
        at_challenge()
        .on(ResultMissing(at=NOON + half, read=1), Later(NOON + 2 * half, ReadResult(read=2)))
        .on(ResultMissing(at=NOON + half, read=1))
        .on(ResultMissing(at=NOON + 2 * half, read=2), Later(NOON + 3 * half, ReadResult(read=3)))
    )


def test_a_challenge_without_a_result_is_given_up() -> None:
    """After 25 minutes the issuer has had its time: ten for the cardholder, and its own timers."""
    over = NOON + timedelta(minutes=25)
    ended = at_challenge().on(ResultMissing(at=over, read=1)).ends(State.ERROR)
    assert ended.record.outcome is not None
    assert ended.record.outcome.code == "AUTHENTICATION_TIMEOUT"


@pytest.mark.parametrize("status", ["N", "R"])
@pytest.mark.parametrize("policy", [("Y", "A", "I"), ("Y", "A", "I", "U"), ("Y", "A", "N", "R")])
def test_nothing_turns_a_denial_into_an_authorization(status: str, policy: tuple[str, ...]) -> None:
    """A5: not even a policy that asks for it (settings refuse such a policy besides)."""
    start = payment()
    assert start.authentication is not None
    loose = payment(
        authentication=type(start.authentication)(
            authentication_id="a", return_url="https://shop.example", window_size="01",
            elements={}, authorize_on=policy,
        )
    )  # fmt: skip
    (
        Play(decide, begin(loose)[0])
        .on(Opened(at=NOON), Prepare())
        .on(Prepared(at=NOON, preparation=PREPARATION))
        .on(Continued(at=NOON), Authenticate())
        .on(Authenticated(at=NOON, result=result(status)))
        .ends(State.DECLINED)
    )


@pytest.mark.parametrize(
    ("found", "state", "code"),
    [
        (result("N"), State.DECLINED, "AUTHENTICATION_FAILED"),
        (result("R"), State.DECLINED, "AUTHENTICATION_REJECTED"),
        (result("U"), State.DECLINED, "AUTHENTICATION_UNAVAILABLE"),
        (result("N", challenge_cancel="01"), State.DECLINED, "CONSUMER_ABORTED"),
        (result("U", challenge_cancel="01"), State.DECLINED, "CONSUMER_ABORTED"),
        (result("N", challenge_cancel="04"), State.DECLINED, "AUTHENTICATION_TIMEOUT"),
        (result("N", challenge_cancel="05"), State.DECLINED, "AUTHENTICATION_TIMEOUT"),
        (result("Y", authentication_value=None), State.ERROR, "AUTHENTICATION_ERROR"),
        (result("A", eci=None), State.ERROR, "AUTHENTICATION_ERROR"),
        (result(""), State.ERROR, "AUTHENTICATION_ERROR"),
        (result("C"), State.ERROR, "AUTHENTICATION_ERROR"),
        (result("D"), State.ERROR, "AUTHENTICATION_ERROR"),
    ],
)
def test_a_bad_result_ends_the_payment_and_says_why(found: object, state: State, code: str) -> None:
    """D10, A5: never an authorization, always a reason that the shop can tell its buyer."""
    ended = (
        play()
        .on(Opened(at=NOON), Prepare())
        .on(Prepared(at=NOON, preparation=PREPARATION))
        .on(Continued(at=NOON), Authenticate())
        .on(Authenticated(at=NOON, result=found))  # type: ignore[arg-type]  # parametrized
        .ends(state)
    )
    assert ended.record.outcome is not None
    assert ended.record.outcome.code == code


@pytest.mark.parametrize("status", ["Y", "A", "I"])
def test_good_results_go_on_to_the_bank(status: str) -> None:
    """D10: an attempt counts as authenticated; the usual policy takes I, too."""
    (
        play()
        .on(Opened(at=NOON), Prepare())
        .on(Prepared(at=NOON, preparation=PREPARATION))
        .on(Continued(at=NOON), Authenticate())
        .on(Authenticated(at=NOON, result=result(status)), *ASK_BANK)
        .ends(State.AUTHORIZING)
    )


def test_a_verification_needs_no_authentication_value() -> None:
    """NPA results carry a value only where the brand's rules say so."""
    (
        play(kind=Kind.VERIFICATION)
        .on(Opened(at=NOON), Prepare())
        .on(Prepared(at=NOON, preparation=PREPARATION))
        .on(Continued(at=NOON), Authenticate())
        .on(Authenticated(at=NOON, result=result(authentication_value=None, eci=None)), *ASK_BANK)
        .on(AuthorizationApproved(at=NOON, authorization=bank_says()))
        .ends(State.CLOSED)
    )


def test_manual_capture_leaves_the_payment_authorized() -> None:
    """The money is reserved, not taken."""
    at_bank(capture=Capture.MANUAL).on(
        AuthorizationApproved(at=NOON, authorization=bank_says())
    ).ends(State.AUTHORIZED)


@pytest.mark.parametrize(
    ("code", "told"),
    [("05", "DO_NOT_HONOR"), ("51", "INSUFFICIENT_FUNDS"), ("99", "DECLINED")],
)
def test_a_bank_that_declines_is_quoted(code: str, told: str) -> None:
    """The merchant hears the bank's reason in the payment API's words."""
    ended = at_bank().on(
        AuthorizationDeclined(at=NOON, authorization=bank_says(approved=False, code=code))
    )
    ended.ends(State.DECLINED)
    assert ended.record.outcome is not None
    assert ended.record.outcome.code == told


def test_an_unclear_authorization_is_reversed_until_acknowledged() -> None:
    """Money must come free even if the bank is silent for hours."""
    half = timedelta(seconds=30)
    (
        at_bank()
        .on(AuthorizationUnclear(at=NOON), Reverse())
        .ends(State.REVERSING)
        .on(ReversalUnconfirmed(at=NOON), Later(NOON + half, Reverse()))
        .on(AuthorizationApproved(at=NOON, authorization=bank_says()))
        .ends(State.REVERSING)
        .on(Reversed(at=NOON))
        .ends(State.ERROR)
    )


def test_a_void_before_the_bank_was_asked_ends_at_once() -> None:
    """What still comes afterwards is late and changes nothing."""
    (
        at_challenge()
        .on(VoidRequested(at=NOON))
        .ends(State.VOIDED)
        .on(ChallengeReturned(at=NOON))
        .on(Authenticated(at=NOON, result=result()))
        .on(VoidRequested(at=NOON))
        .ends(State.VOIDED)
    )


def test_a_void_while_the_bank_decides_undoes_whatever_it_decides() -> None:
    """The bank refuses a late authorization by the reversal that came first."""
    (
        at_bank()
        .on(VoidRequested(at=NOON), Reverse())
        .on(AuthorizationApproved(at=NOON, authorization=bank_says()))
        .on(Reversed(at=NOON))
        .ends(State.VOIDED)
        .on(AuthorizationApproved(at=NOON, authorization=bank_says()), Reverse())
        .ends(State.VOIDED)
    )


def test_a_captured_payment_can_be_voided() -> None:
    """A shop that cannot make the order gives the money back."""
    (
        at_bank()
        .on(AuthorizationApproved(at=NOON, authorization=bank_says()))
        .on(VoidRequested(at=NOON), Reverse())
        .ends(State.VOIDING)
        .on(Reversed(at=NOON))
        .ends(State.VOIDED)
    )


def test_a_failed_authentication_says_why() -> None:
    """C5: the error text reaches the merchant."""
    failed = at_challenge().on(AuthenticationFailed(at=NOON, reason="Erro 402 of D"))
    failed.ends(State.ERROR)
    assert failed.record.authentication_error == "Erro 402 of D"


def _event(kind: type) -> object:
    extra: dict[str, object] = {
        "preparation": PREPARATION,
        "challenge": DEMAND.challenge,
        "result": result(),
        "reason": "because",
        "read": 1,
        "authorization": bank_says(),
    }
    names = {name for name in kind.__dataclass_fields__ if name in extra}
    return kind(at=NOON, **{name: extra[name] for name in names})
