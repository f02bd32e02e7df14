"""Prompts of the bank's app: the table, the limit, and the way back to the ACS."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.clients.members_factors import IssuersBank
from sekisho.issuer.members.flow.prompt import (
    FINAL,
    NEXT,
    START,
    Answered,
    LapsePrompt,
    State,
    TellAnswer,
    TimeUp,
    Withdrawn,
    decide,
    timer,
)
from sekisho.issuer.members.model import Prompt, PromptAnswer
from sekisho.issuer.members.web import peers
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Conflict
from sekisho.kernel.money import Amount
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.playbook import Play, holes

Room = Any  # the fixture's class lives in conftest
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
YEN = Amount(minor=14500, currency="JPY")
WAITING = Prompt(
    prompt_id="t:1", state=START, card_id="c", last_four="0072", masked_number="•", shop="Toge",
    amount=YEN, number="47", tries_left=3, asked_at=AT, expires_at=AT + timedelta(minutes=5),
)  # fmt: skip
PAN = sandbox_card(Brand.VISA, "0072")


def said(answer: PromptAnswer, number: str | None = None, minutes: int = 1) -> Answered:
    """Press a button of the app."""
    return Answered(at=AT + timedelta(minutes=minutes), answer=answer, number=number)


def test_the_table_is_whole() -> None:
    """Every wait can end in every way; nothing that ended has a way out."""
    assert holes(NEXT, final=FINAL, events=[Answered, TimeUp, Withdrawn]) == []
    assert not {state for state, _ in NEXT} & FINAL
    assert set(State) == {state for state, _ in NEXT} | {*NEXT.values()} | FINAL


def test_the_right_number_approves_and_is_told_once() -> None:
    """Attack 22: whoever approves has the shop's page before them."""
    told = TellAnswer(prompt_id="t:1", approved=True)
    (
        Play(decide, WAITING)
        .on(said(PromptAnswer.APPROVE, "47"), told)
        .ends(State.APPROVED)
        .on(said(PromptAnswer.DENY))
        .ends(State.APPROVED)
    )


def test_three_wrong_numbers_deny() -> None:
    """Whoever presses "approve" without the page is not shopping."""
    wrong = said(PromptAnswer.APPROVE, "48")
    (
        Play(decide, WAITING)
        .on(wrong)
        .on(wrong)
        .on(wrong, TellAnswer(prompt_id="t:1", approved=False))
        .ends(State.DENIED)
    )


def test_not_me_is_told_as_a_denial() -> None:
    """No number is asked of who denies."""
    Play(decide, WAITING).on(
        said(PromptAnswer.DENY), TellAnswer(prompt_id="t:1", approved=False)
    ).ends(State.DENIED)


def test_a_prompt_without_a_page_needs_no_number() -> None:
    """F2: a decoupled authentication has no page that could show one."""
    Play(decide, replace(WAITING, number=None)).on(
        said(PromptAnswer.APPROVE), TellAnswer(prompt_id="t:1", approved=True)
    ).ends(State.APPROVED)


def test_an_answer_after_the_time_is_none() -> None:
    """The clock counts; a timer that rings early is set again."""
    Play(decide, WAITING).on(said(PromptAnswer.APPROVE, "47", minutes=5)).ends(State.LAPSED)
    Play(decide, WAITING).on(TimeUp(at=AT), timer(WAITING)).ends(State.WAITING)
    Play(decide, WAITING).on(TimeUp(at=WAITING.expires_at)).ends(State.LAPSED)
    Play(decide, WAITING).on(Withdrawn(at=AT)).ends(State.WITHDRAWN)


EVENTS = st.one_of(
    st.builds(
        said,
        st.sampled_from(PromptAnswer),
        st.sampled_from([None, "47", "48", " 47 ", ""]),
        st.integers(0, 6),
    ),
    st.builds(TimeUp, at=st.just(WAITING.expires_at)),
    st.builds(Withdrawn, at=st.just(AT)),
)


@given(st.lists(EVENTS, max_size=8))
def test_whatever_happens_the_acs_is_told_at_most_once_and_only_what_was_said(
    events: list[Any],
) -> None:
    """The invariant of the flow: an approval without the number never leaves the bank."""
    prompt, told = WAITING, []
    for event in events:
        prompt, effects = decide(prompt, event)
        told += [effect for effect in effects if isinstance(effect, TellAnswer)]
        if any(each.approved for each in told):
            assert any(
                isinstance(each, Answered) and (each.number or "").strip() == "47"
                for each in events
            )
    assert len(told) <= 1
    assert bool(told) is (prompt.state in {State.APPROVED, State.DENIED})


def client_of(bank: Room) -> IssuersBank:
    """Call the bank as its ACS."""
    return IssuersBank(AsgiPeer(Asgi(app=peers(bank.members, log=bank.log), caller="acs")))


async def ask(bank: Room, prompt_id: str, **changes: Any) -> bool:
    """Have the ACS ask the cardholder."""
    client = client_of(bank)
    facts = {"shop": "Toge Chaya", "amount": YEN, "number": "47"} | changes
    card = await client.lookup_card(PAN)
    return await client.prompt(
        card.card_id, prompt_id=prompt_id, expires_at=bank.clock.now() + timedelta(minutes=10),
        **facts,
    )  # fmt: skip


async def test_a_prompt_is_shown_with_shop_and_amount_and_its_answer_told(bank: Room) -> None:
    """A4, attack 18: what is approved is what the page shows; the ACS hears of it in the end."""
    assert await ask(bank, "t:1")
    [prompt] = await bank.members.prompts.waiting(last_four="0072")
    assert (prompt.shop, prompt.amount, prompt.last_four) == ("Toge Chaya", YEN, "0072")
    bank.told.away = 2
    await bank.members.prompts.answer("t:1", PromptAnswer.APPROVE, number="47")
    for _ in range(6):
        await bank.outbox.run_due()
        bank.clock.advance(timedelta(minutes=2))
    assert bank.told.told == [("t:1", True)]
    assert list(await bank.members.prompts.waiting()) == []


async def test_asked_twice_it_is_one_prompt(bank: Room) -> None:
    """The ACS repeats what it does not know to have arrived; other facts are another prompt's."""
    assert await ask(bank, "t:1")
    assert await ask(bank, "t:1")
    assert len(await bank.members.prompts.waiting()) == 1
    with pytest.raises(Conflict):
        await ask(bank, "t:1", shop="Another shop")


async def test_the_fourth_prompt_in_ten_minutes_is_not_shown(bank: Room) -> None:
    """Attack 22: whatever shops and purchases they come from, and however fast."""
    found = await asyncio.gather(*(ask(bank, f"t{n}:1") for n in range(20)))
    assert found.count(True) == 3
    assert len(await bank.members.prompts.waiting()) == 3
    bank.clock.advance(timedelta(minutes=10))
    assert await ask(bank, "later:1")


async def test_a_prompt_can_be_taken_back(bank: Room) -> None:
    """The purchase was given up: nobody is asked about it any more."""
    await ask(bank, "t:1")
    client = client_of(bank)
    card_id = (await client.lookup_card(PAN)).card_id
    await client.withdraw_prompt(card_id, "t:1")
    await client.withdraw_prompt(card_id, "never:1")
    assert list(await bank.members.prompts.waiting()) == []


async def test_a_prompt_lapses_by_its_timer(bank: Room) -> None:
    """Nothing waits for ever; the ACS has its own clock."""
    await ask(bank, "t:1")
    bank.clock.advance(timedelta(minutes=5))
    await bank.outbox.run_due()
    assert (await bank.members.prompts.get("t:1")).state is State.LAPSED
    assert bank.told.told == []
    await bank.members.perform("t:1", LapsePrompt(prompt_id="t:1"))
