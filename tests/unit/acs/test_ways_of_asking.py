"""Challenges by every method as a cardholder lives them, below the pages: bank, guesses, prompts."""

import asyncio
from datetime import timedelta

import pytest

from sekisho.issuer.acs.model import (
    ChallengeKind,
    Ending,
    Facts,
    MessageChannel,
    Notice,
    Outcome,
    Verdict,
)
from sekisho.issuer.acs.service import View, nonce_of
from sekisho.issuer.acs.service.networks import network_of
from sekisho.kernel.errors import NotThere
from sekisho.kernel.secret import Secret
from sekisho.protocol.states.screens import (
    AdditionalChosen,
    Answer,
    Answered,
    Chosen,
    InfoContinued,
    NothingEntered,
    OobAppFailed,
    OobContinued,
    ResendWanted,
    TextEntered,
)

from .conftest import AGENT as SAME_BROWSER
from .conftest import (
    APP_CODE,
    PASSWORD,
    Bench,
    KnownCard,
    creq,
    make_bench,
    passkey_says,
)

K = ChallengeKind
OTHER_BROWSER = "Mozilla/5.0 (Windows NT 10.0) of somebody else"


class Always:
    """A decision for one way of asking."""

    def __init__(self, kind: ChallengeKind, *, offers: bool = False) -> None:
        self._verdict = Verdict(
            outcome=Outcome.CHALLENGE, kind=kind, offers_trust=offers, offers_binding=offers
        )

    def decide(self, facts: Facts) -> Verdict:
        return self._verdict


def bench_for(kind: ChallengeKind, *, offers: bool = False, **changes: object) -> Bench:
    """Open an ACS that asks everybody in one way."""
    return make_bench(Always(kind, offers=offers), **changes)


async def opened(bench: Bench, **changes: object) -> View:
    """Come to the page of a challenge."""
    return await bench.acs.opening.open(creq(await bench.ask(**changes)), None, agent=SAME_BROWSER)


def answer_for(kind: ChallengeKind, bench: Bench, *, right: bool) -> Answer:
    """Give a right or a wrong answer of a kind."""
    texts = {K.STATIC_PASSWORD: (PASSWORD, "guess"), K.APP_CODE: (APP_CODE, "000000")}
    if kind in texts:
        return TextEntered(entry=Secret(texts[kind][not right]), second=None)
    if kind is K.SINGLE_SELECT:
        return Chosen(("b",) if right else ("a",))
    if kind is K.MULTI_SELECT:
        return Chosen(("a", "c") if right else ("a", "b"))
    code = bench.bank.last_code
    other = f"{(int(code) + 1) % 1_000_000:06d}"
    return TextEntered(entry=Secret(code if right else other), second=None)


METHODS = {
    K.ONE_TIME_CODE: ("02", "02"),
    K.STATIC_PASSWORD: ("01", "01"),
    K.APP_CODE: ("02", "04"),
    K.SINGLE_SELECT: ("01", "06"),
    K.MULTI_SELECT: ("01", "06"),
}


@pytest.mark.parametrize("kind", METHODS)
async def test_the_right_answer_passes_and_the_messages_name_the_method(
    kind: ChallengeKind,
) -> None:
    """A4, D4: ARes and RReq say by authenticationType and authenticationMethod how it was asked."""
    bench = bench_for(kind)
    ares = await bench.ask()
    assert ares["authenticationType"] == METHODS[kind][0]
    view = await bench.acs.opening.open(creq(ares), None, agent=SAME_BROWSER)
    view = await bench.answer(view.token, answer_for(kind, bench, right=True))
    assert view.challenge.question.ending is Ending.PASSED
    [result] = bench.directory.results
    assert result["transStatus"] == "Y"
    assert (result["authenticationType"], result["authenticationMethod"]) == METHODS[kind]


@pytest.mark.parametrize("kind", METHODS)
async def test_guesses_are_counted_for_every_kind_across_transactions(
    kind: ChallengeKind,
) -> None:
    """Attack 19: five wrong answers on a card, whatever the transactions, and the right one is late."""
    bench = bench_for(kind)
    for number, tries in enumerate((3, 2, 1)):
        view = await opened(bench, dsTransID=f"22222222-2222-4222-8222-22222222222{number}")
        for _ in range(tries):
            view = await bench.answer(view.token, answer_for(kind, bench, right=tries == 1))
    assert view.challenge.question.ending is Ending.LOCKED
    if kind is not K.ONE_TIME_CODE:
        assert len(bench.bank.proofs) == 5, "the sixth was not even asked"


@pytest.mark.parametrize("kind", METHODS)
async def test_a_hundred_guesses_side_by_side_are_five_at_most(kind: ChallengeKind) -> None:
    """Attack 20: counted before they are judged, so that a race finds no gap."""
    bench = bench_for(kind)
    view = await opened(bench)
    guess = answer_for(kind, bench, right=False)
    await asyncio.gather(*(bench.answer(view.token, guess) for _ in range(100)))
    question = (await bench.acs.challenges.look(view.token)).challenge.question
    assert question.ending in {Ending.WRONG_ANSWERS, Ending.LOCKED}
    assert len(bench.bank.proofs) <= 5
    assert len(bench.directory.results) == 1


@pytest.mark.parametrize("kind", [kind for kind in METHODS if kind is not K.ONE_TIME_CODE])
async def test_right_and_wrong_take_the_same_steps(kind: ChallengeKind) -> None:
    """Attack 20: until the bank has spoken nothing differs, and it is asked once either way."""
    asked = []
    for right in (True, False):
        bench = bench_for(kind)
        view = await opened(bench)
        await bench.answer(view.token, answer_for(kind, bench, right=right))
        asked.append([name for name, _ in bench.bank.proofs])
    assert asked[0] == asked[1]
    assert len(asked[0]) == 1


@pytest.mark.parametrize("kind", [kind for kind in METHODS if kind is not K.ONE_TIME_CODE])
async def test_a_bank_that_cannot_judge_costs_neither_attempt_nor_guess(
    kind: ChallengeKind,
) -> None:
    """The cardholder is told, and can try again when the bank is back."""
    bench = bench_for(kind)
    view = await opened(bench)
    bench.bank.judges = False
    for _ in range(7):
        view = await bench.answer(view.token, answer_for(kind, bench, right=True))
        assert view.challenge.question.notice is Notice.BANK_AWAY
    bench.bank.judges = True
    view = await bench.answer(view.token, answer_for(kind, bench, right=True))
    assert view.challenge.question.ending is Ending.PASSED


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        (K.SINGLE_SELECT, Chosen(("a", "b"))),
        (K.SINGLE_SELECT, Chosen(("x",))),
        (K.MULTI_SELECT, Chosen(("a", "x"))),
        (K.MULTI_SELECT, NothingEntered()),
        (K.STATIC_PASSWORD, Chosen(("a",))),
        (K.APP_CODE, NothingEntered()),
    ],
)
async def test_what_cannot_be_an_answer_is_no_guess(kind: ChallengeKind, answer: Answer) -> None:
    """Two answers to a single choice, one that was not offered, none at all."""
    bench = bench_for(kind)
    view = await opened(bench)
    for _ in range(7):
        view = await bench.answer(view.token, answer)
    assert view.challenge.question.notice is Notice.NOT_READABLE
    assert view.challenge.question.attempts_left == 3
    assert bench.bank.proofs == []


@pytest.mark.parametrize("kind", [K.PASSKEY, K.SINGLE_SELECT, K.MULTI_SELECT])
async def test_where_the_bank_cannot_ask_a_code_is_asked_for(kind: ChallengeKind) -> None:
    """A register that is away must not end a purchase."""
    bench = bench_for(kind)
    bench.bank.judges = False
    view = await opened(bench)
    assert view.challenge.question.kind is K.ONE_TIME_CODE
    view = await bench.enter_code(view.token, bench.bank.last_code)
    assert view.challenge.question.ending is Ending.PASSED


@pytest.mark.parametrize("kind", [K.STATIC_PASSWORD, K.OUT_OF_BAND, K.PASSKEY])
async def test_a_card_without_the_method_is_asked_for_a_code(kind: ChallengeKind) -> None:
    """And the ARes says so."""
    bench = bench_for(kind)
    bench.bank.card = KnownCard(methods=())
    ares = await bench.ask()
    assert ares["authenticationType"] == "02"
    view = await bench.acs.opening.open(creq(ares), None, agent=SAME_BROWSER)
    assert view.challenge.question.kind is K.ONE_TIME_CODE


async def test_password_and_code_are_the_cardholders_choice() -> None:
    """B5: either is accepted; the password can be switched off."""
    bench = bench_for(K.ONE_TIME_CODE)
    view = await opened(bench)
    assert view.challenge.question.others == (K.STATIC_PASSWORD,)
    view = await bench.acs.challenges.ask_otherwise(view.token, turn=1, kind=K.STATIC_PASSWORD)
    view = await bench.enter_code(view.token, PASSWORD)
    assert view.challenge.question.ending is Ending.PASSED
    assert bench.directory.results[0]["authenticationMethod"] == "01"
    strict = bench_for(K.ONE_TIME_CODE, other_ways=False)
    assert (await opened(strict)).challenge.question.others == ()


async def test_an_app_takes_another_way_by_its_additional_button() -> None:
    """F1: challengeAddCode, since 2.3.1."""
    bench = bench_for(K.ONE_TIME_CODE)
    view = await opened(bench)
    view = await bench.answer(view.token, AdditionalChosen())
    assert view.challenge.question.kind is K.STATIC_PASSWORD
    view = await bench.answer(view.token, AdditionalChosen())
    assert view.challenge.question.kind is K.ONE_TIME_CODE
    lonely = bench_for(K.INFORMATION)
    view = await opened(lonely)
    assert (await lonely.answer(view.token, AdditionalChosen())).challenge == view.challenge


async def test_an_app_asks_for_another_code_by_its_own_button() -> None:
    """D4: resendChallenge goes the way that the last code went."""
    bench = bench_for(K.ONE_TIME_CODE)
    view = await opened(bench)
    bench.clock.advance(timedelta(seconds=30))
    await bench.acs.challenges.send_again(view.token, turn=1, channel=MessageChannel.EMAIL)
    bench.clock.advance(timedelta(seconds=30))
    await bench.answer(view.token, ResendWanted())
    assert [sent.channel for sent in bench.bank.sent] == ["sms", "email", "email"]


async def answered_in_app(bench: Bench, *, approved: bool) -> None:
    """Have the bank tell what was said to the newest prompt."""
    await bench.acs.prompts.answered(bench.bank.prompts[-1].prompt_id, approved=approved)


@pytest.mark.parametrize(
    ("approved", "status", "ending"),
    [(True, "Y", Ending.PASSED), (False, "R", Ending.DENIED)],
)
async def test_the_banks_app_decides(approved: bool, status: str, ending: Ending) -> None:
    """F2, attack 18: it shows shop and amount; the page notices the answer when it looks."""
    bench = bench_for(K.OUT_OF_BAND)
    view = await opened(bench)
    [asked] = bench.bank.prompts
    prompt = view.challenge.question.prompt
    assert prompt is not None
    assert (asked.shop, str(asked.amount), asked.number) == (
        "Tea and Tins", "14500 JPY", prompt.number,
    )  # fmt: skip
    assert (await bench.acs.challenges.look(view.token)).back is None
    await answered_in_app(bench, approved=approved)
    await answered_in_app(bench, approved=not approved)
    standing = await bench.acs.challenges.peek(view.token)
    assert standing.back is None
    ended = await bench.acs.challenges.look(view.token)
    assert ended.challenge.question.ending is ending
    assert not [line for line in bench.log.lines if line.startswith("error")]
    [result] = bench.directory.results
    assert result["transStatus"] == status
    if approved:
        assert (result["authenticationType"], result["authenticationMethod"]) == ("03", "09")


async def test_coming_back_too_early_waits_on() -> None:
    """By the page's button, and by an app that only came to the front."""
    bench = bench_for(K.OUT_OF_BAND)
    view = await opened(bench)
    for answer, notice in (
        (OobContinued(automatic=False), Notice.NOT_YET_APPROVED),
        (OobContinued(automatic=True), Notice.NOT_YET_APPROVED),
        (OobAppFailed(), Notice.NOT_YET_APPROVED),
    ):
        view = await bench.answer(view.token, answer)
        assert view.challenge.question.notice is notice
    assert view.challenge.question.turn == 2
    await answered_in_app(bench, approved=True)
    view = await bench.answer(view.token, OobContinued(automatic=False))
    assert view.challenge.question.ending is Ending.PASSED


async def test_another_prompt_has_another_number_and_takes_the_first_back() -> None:
    """Attack 22: two in a challenge; the answer to the first one counts no more."""
    bench = bench_for(K.OUT_OF_BAND)
    view = await opened(bench)
    bench.clock.advance(timedelta(seconds=30))
    view = await bench.acs.challenges.send_again(view.token, turn=1)
    first, second = bench.bank.prompts
    assert first.prompt_id != second.prompt_id
    assert bench.bank.withdrawn == [first.prompt_id]
    await bench.acs.prompts.answered(first.prompt_id, approved=True)
    assert (await bench.acs.challenges.look(view.token)).challenge.question.ending is None
    bench.clock.advance(timedelta(seconds=30))
    view = await bench.acs.challenges.send_again(view.token, turn=2)
    assert view.challenge.question.notice is Notice.NO_MORE_PROMPTS


@pytest.mark.parametrize(
    ("delivers", "shows", "notice"),
    [(False, True, Notice.NOT_SENT), (True, False, Notice.NO_MORE_PROMPTS)],
)
async def test_a_prompt_that_is_not_shown_makes_the_page_say_so(
    delivers: bool, shows: bool, notice: Notice
) -> None:
    """Attack 22: the bank stops after three in ten minutes; a code remains."""
    bench = bench_for(K.OUT_OF_BAND)
    bench.bank.delivers, bench.bank.shows_prompts = delivers, shows
    view = await opened(bench)
    assert view.challenge.question.notice is notice
    bench.bank.delivers = True
    view = await bench.acs.challenges.ask_otherwise(view.token, turn=1, kind=K.ONE_TIME_CODE)
    view = await bench.enter_code(view.token, bench.bank.last_code)
    assert view.challenge.question.ending is Ending.PASSED


async def test_giving_up_takes_the_prompt_back() -> None:
    """Nobody is asked about a purchase that is over; a bank that is away does not hold it up."""
    for delivers in (True, False):
        bench = bench_for(K.OUT_OF_BAND)
        view = await opened(bench)
        bench.bank.delivers = delivers
        ended = await bench.acs.challenges.cancel(view.token)
        assert ended.challenge.question.ending is Ending.CANCELLED
        assert bench.bank.withdrawn == ([bench.bank.prompts[0].prompt_id] if delivers else [])
        assert bench.directory.results[0]["challengeCancel"] == "01"


async def test_an_answer_to_no_prompt_is_not_there() -> None:
    """The bank stops telling it."""
    bench = bench_for(K.STATIC_PASSWORD)
    view = await opened(bench)
    for prompt_id in (f"{view.acs_trans_id}:0", "none:0", "", ":"):
        with pytest.raises(NotThere):
            await bench.acs.prompts.answered(prompt_id, approved=True)


@pytest.mark.parametrize("kind", [K.ONE_TIME_CODE, K.STATIC_PASSWORD, K.APP_CODE])
async def test_an_answer_from_another_browser_needs_the_app(kind: ChallengeKind) -> None:
    """Attacks 10 and 21: right as it is, it is not judged; the cardholder decides in the app."""
    bench = bench_for(kind)
    view = await opened(bench)
    right = answer_for(kind, bench, right=True)
    view = await bench.answer(view.token, right, agent=OTHER_BROWSER)
    question = view.challenge.question
    assert (question.kind, question.notice) == (K.OUT_OF_BAND, Notice.OTHER_DEVICE)
    assert bench.bank.proofs == []
    # The code is worth nothing any more, whichever browser brings it.
    view = await bench.answer(view.token, right)
    assert view.challenge.question.ending is None
    await answered_in_app(bench, approved=False)
    ended = await bench.acs.challenges.look(view.token)
    assert ended.challenge.question.ending is Ending.DENIED


async def test_without_an_app_an_answer_from_another_browser_is_refused() -> None:
    """Attack 21."""
    bench = bench_for(K.ONE_TIME_CODE)
    bench.bank.card = KnownCard(methods=())
    view = await opened(bench)
    view = await bench.enter_code(view.token, bench.bank.last_code, agent=OTHER_BROWSER)
    assert view.challenge.question.ending is Ending.OTHER_DEVICE
    [result] = bench.directory.results
    assert (result["transStatus"], result["transStatusReason"]) == ("N", "11")


@pytest.mark.parametrize(
    ("bought_from", "answered_from", "elsewhere"),
    [
        ("93.184.216.34", "93.184.1.1", False),
        ("93.184.216.34", "8.8.8.8", True),
        ("93.184.216.34", "::ffff:8.8.8.8", True),
        ("93.184.216.34", "127.0.0.1", False),
        ("127.0.0.1", "8.8.8.8", False),
        ("2001:4860:4860::8888", "2001:4860:1::1", False),
        ("2001:4860:4860::8888", "2a00:1450:4001::1", True),
        ("93.184.216.34", None, False),
    ],
)
async def test_an_answer_from_another_network_needs_the_app(
    bought_from: str, answered_from: str | None, elsewhere: bool
) -> None:
    """Attack 21: addresses of one provider are one place; private ones say nothing."""
    bench = bench_for(K.STATIC_PASSWORD)
    view = await opened(bench, browserIP=bought_from)
    view = await bench.enter_code(view.token, PASSWORD, address=answered_from)
    ending = view.challenge.question.ending
    assert (ending is not Ending.PASSED) is elsewhere
    record = await bench.authentications.get(view.acs_trans_id)
    assert record.challenge is not None
    assert bought_from not in str(record.challenge)
    easy = bench_for(K.STATIC_PASSWORD, same_network=False)
    view = await opened(easy, browserIP=bought_from)
    view = await easy.enter_code(view.token, PASSWORD, address=answered_from)
    assert view.challenge.question.ending is Ending.PASSED


@pytest.mark.parametrize("text", ["", "x", "10.0.0.1", "::1", "192.168.1.1", "fe80::1"])
def test_what_is_no_public_address_has_no_network(text: str) -> None:
    """Nothing to compare."""
    assert network_of(text) is None


async def test_a_passkey_confirms_shop_and_amount() -> None:
    """A4, attack 18: what it signs names transaction, amount, payee and card."""
    bench = bench_for(K.PASSKEY)
    view = await opened(bench)
    ceremony = view.challenge.question.ceremony
    assert ceremony is not None
    assert ceremony.credential_ids == ("a2V5",)
    facts = " ".join(ceremony.facts)
    assert all(part in facts for part in (view.acs_trans_id, "14500 JPY", "Tea and Tins"))
    beside = Answered(answer=NothingEntered())
    challenges = bench.acs.challenges
    again = await challenges.answer_by_passkey(view.token, "", beside)
    assert again.challenge.question.notice is Notice.NOT_READABLE
    bench.bank.judges = False
    again = await challenges.answer_by_passkey(view.token, "x", beside)
    assert again.challenge.question.notice is Notice.BANK_AWAY
    bench.bank.judges = True
    again = await challenges.answer_by_passkey(view.token, "another's", beside)
    assert (again.challenge.question.notice, again.challenge.question.attempts_left) == (
        Notice.WRONG_ANSWER, 2,
    )  # fmt: skip
    signed = passkey_says(nonce_of(ceremony.nonce), ceremony.facts)
    ended = await challenges.answer_by_passkey(view.token, signed, beside)
    assert ended.challenge.question.ending is Ending.PASSED
    late = await challenges.answer_by_passkey(view.token, signed, beside)
    assert late.challenge == ended.challenge
    [result] = bench.directory.results
    assert (result["authenticationType"], result["authenticationMethod"]) == ("02", "10")


async def test_information_only_passes_when_it_was_read() -> None:
    """F1."""
    bench = bench_for(K.INFORMATION)
    view = await opened(bench)
    view = await bench.answer(view.token, InfoContinued())
    assert view.challenge.question.ending is Ending.PASSED


async def test_agreements_are_kept_with_the_answer() -> None:
    """F2: what was ticked stands in the record when the result is made."""
    bench = bench_for(K.STATIC_PASSWORD, offers=True)
    view = await opened(bench)
    view = await bench.answer(
        view.token, answer_for(K.STATIC_PASSWORD, bench, right=True), trusts=True, binds=False
    )
    question = view.challenge.question
    assert (question.ending, question.trusts, question.binds) == (Ending.PASSED, True, False)


async def test_a_code_of_one_purchase_is_useless_for_another() -> None:
    """Attack 18: the digest is bound to its transaction, and the message says shop and amount."""
    bench = bench_for(K.ONE_TIME_CODE)
    first = await opened(bench)
    code = bench.bank.last_code
    assert "14,500" in bench.bank.sent[-1].text
    assert "Tea and Tins" in bench.bank.sent[-1].text
    second = await opened(
        bench, dsTransID="22222222-2222-4222-8222-222222222223", purchaseAmount="900000"
    )
    view = await bench.enter_code(second.token, code)
    assert view.challenge.question.notice is Notice.WRONG_ANSWER
    assert (await bench.enter_code(first.token, code)).challenge.question.ending is Ending.PASSED
