"""The challenge as a cardholder lives it, below its pages: codes, results, silence, guesses."""

import asyncio
import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from sekisho.issuer.acs.flow.question import DeliverCode
from sekisho.issuer.acs.model import (
    Authentication,
    Ending,
    MessageChannel,
    Notice,
)
from sekisho.issuer.acs.service import View
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Misuse, NotThere, Unreachable
from sekisho.protocol import Component, ProtocolFault, authentication_value, parse
from sekisho.protocol.states.acs_authentication import State
from sekisho.protocol.states.screens import InfoContinued
from sekisho.testkit.cards import sandbox_card

from .conftest import AGENT, NOTIFICATION_URL, Bench, KnownCard, areq, creq, decoded, make_bench
from .test_device import leave_profile

PASSES, FAILS = (sandbox_card(Brand.VISA, ending).digits for ending in ("0070", "0071"))


async def opened(bench: Bench, **changes: object) -> View:
    """Come to the page of a challenge."""
    return await bench.acs.opening.open(creq(await bench.ask(**changes)), "c2Vzc2lvbg", agent=AGENT)


async def record_of(bench: Bench, view: View) -> Authentication:
    return await bench.authentications.get(view.acs_trans_id)


def wrong(code: str) -> str:
    """Give a code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def test_the_right_code_reports_y_and_goes_back_with_a_cres(bench: Bench) -> None:
    """A4: RReq with proof, then the CRes, session data unchanged."""
    view = await opened(bench)
    ended = await bench.enter_code(view.token, bench.bank.last_code)
    assert ended.back is not None
    [result] = bench.directory.results
    assert (result["transStatus"], result["interactionCounter"]) == ("Y", "01")
    assert (result["authenticationType"], result["authenticationMethod"]) == ("02", "02")
    assert result["eci"] == "05"
    assert (await record_of(bench, view)).state is State.RESULT_TAKEN
    assert ended.back.notification_url == NOTIFICATION_URL
    assert ended.back.session_data == "c2Vzc2lvbg"
    cres = decoded(ended.back.cres)
    assert (cres["messageType"], cres["transStatus"]) == ("CRes", "Y")
    assert cres["acsTransID"] == view.acs_trans_id


async def test_the_value_in_the_result_proves_the_purchase(bench: Bench) -> None:
    """A5: the authorization host verifies what the challenge earned."""
    view = await opened(bench)
    await bench.enter_code(view.token, bench.bank.last_code)
    [result] = bench.directory.results
    proven = authentication_value.verify(
        bench.keys.authentication_value[Brand.VISA].keys[1],
        result["authenticationValue"],
        acct_number=sandbox_card(Brand.VISA, "0072").digits,
        ds_trans_id=result["dsTransID"],
        amount_minor=14500,
        currency_number="392",
        acquirer_merchant_id="990000000001",
    )
    assert proven == "full"


@pytest.mark.parametrize("version", ["2.1.0", "2.2.0", "2.3.1"])
@pytest.mark.parametrize("category", ["01", "02"])
@pytest.mark.parametrize("end", ["right", "wrong", "cancel", "alone", "never", "faulty"])
async def test_every_result_passes_the_directory_servers_checks(
    bench: Bench, version: str, category: str, end: str
) -> None:
    """F1: RReq and CRes of every ending, in each version and category, break no rule."""
    question = areq(messageVersion=version, messageCategory=category)
    answer = await bench.acs.receive("directory", question)
    assert answer is not None
    asked = parse(question, receiver=Component.ACS)
    ares = parse(answer, receiver=Component.DIRECTORY, request=asked)
    told = {str(name): str(value) for name, value in ares.elements.items()}
    acs = bench.acs
    if end == "never":
        bench.clock.advance(timedelta(seconds=30))
        await bench.outbox.run_due()
    elif end == "faulty":
        await acs.opening.open(creq(told, challengeWindowSize="09"), None, agent=AGENT)
    else:
        view = await acs.opening.open(creq(told), None, agent=AGENT)
        code = bench.bank.last_code
        match end:
            case "right":
                await bench.enter_code(view.token, code)
            case "wrong":
                for _ in range(3):
                    await bench.enter_code(view.token, wrong(code))
            case "cancel":
                await acs.challenges.cancel(view.token)
            case "alone":
                bench.clock.advance(timedelta(minutes=10))
                await bench.outbox.run_due()
    [result] = bench.directory.received
    parse(result, receiver=Component.DIRECTORY, request=ares)


@pytest.mark.parametrize("version", ["2.2.0", "2.3.1"])
async def test_a_result_of_the_newest_version_names_its_transaction_in_a_header(
    bench: Bench, version: str
) -> None:
    """Section 1: X-Request-ID is acsTransID, since 2.3.1."""
    view = await opened(bench, messageVersion=version)
    await bench.acs.challenges.cancel(view.token)
    assert bench.directory.request_ids == [view.acs_trans_id if version == "2.3.1" else None]


async def test_three_wrong_codes_fail(bench: Bench) -> None:
    """D3: N, reason 01, three interactions; the CRes says N."""
    view = await opened(bench)
    code = bench.bank.last_code
    for left in (2, 1):
        again = await bench.enter_code(view.token, wrong(code))
        assert again is not None
        assert (again.challenge.question.attempts_left, again.back) == (left, None)
    ended = await bench.enter_code(view.token, wrong(code))
    assert ended.back is not None
    [result] = bench.directory.results
    assert (result["transStatus"], result["transStatusReason"]) == ("N", "01")
    assert result["interactionCounter"] == "03"
    assert "authenticationValue" not in result
    assert decoded(ended.back.cres)["transStatus"] == "N"
    late = await bench.enter_code(view.token, code)
    assert late.back == ended.back


async def test_cancelling_is_reported_as_such(bench: Bench) -> None:
    """Section 4: N, reason 01, challengeCancel 01, no method."""
    view = await opened(bench)
    await bench.acs.challenges.cancel(view.token)
    [result] = bench.directory.results
    assert (result["transStatus"], result["transStatusReason"]) == ("N", "01")
    assert result["challengeCancel"] == "01"
    assert "authenticationType" not in result


async def test_a_browser_that_never_comes_is_reported_after_half_a_minute(bench: Bench) -> None:
    """Section 9: N/14/05; the browser that comes too late takes back Erro 402."""
    ares = await bench.ask()
    bench.clock.advance(timedelta(seconds=30))
    await bench.outbox.run_due()
    [result] = bench.directory.results
    assert (result["transStatusReason"], result["challengeCancel"]) == ("14", "05")
    late = await bench.acs.opening.open(creq(ares), None, agent=AGENT)
    assert late.back is not None
    erro = decoded(late.back.cres)
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", "402")
    assert len(bench.directory.results) == 1


async def test_ten_minutes_of_silence_time_out(bench: Bench) -> None:
    """Section 9: N/14/04; whoever comes back sees that and takes a CRes home."""
    view = await opened(bench)
    bench.clock.advance(timedelta(minutes=10))
    await bench.outbox.run_due()
    [result] = bench.directory.results
    assert (result["transStatusReason"], result["challengeCancel"]) == ("14", "04")
    back = await bench.acs.challenges.look(view.token)
    assert back.challenge.question.ending is Ending.LEFT_ALONE
    assert back.back is not None
    assert decoded(back.back.cres)["transStatus"] == "N"


async def test_a_page_looked_at_after_its_time_has_timed_out(bench: Bench) -> None:
    """Even when the timer has not rung yet."""
    view = await opened(bench)
    bench.clock.advance(timedelta(minutes=10))
    late = await bench.acs.challenges.look(view.token)
    assert late.challenge.question.ending is Ending.LEFT_ALONE
    await bench.outbox.run_due()
    assert len(bench.directory.results) == 1


async def test_a_challenge_survives_its_own_timers(bench: Bench) -> None:
    """The half minute for the first CReq and the first page's ten minutes ring for nothing."""
    view = await opened(bench)
    bench.clock.advance(timedelta(minutes=9))
    await bench.outbox.run_due()
    await bench.enter_code(view.token, "000000")
    bench.clock.advance(timedelta(minutes=9))
    await bench.outbox.run_due()
    assert bench.directory.results == []


async def test_the_message_says_what_the_code_is_for(bench: Bench) -> None:
    """Attack 18, dynamic linking: shop, amount and code, in the cardholder's language."""
    await opened(bench)
    [message] = bench.bank.sent
    assert message.channel == "sms"
    assert "Tea and Tins" in message.text
    assert "14,500円" in message.text
    assert bench.bank.last_code in message.text


async def test_the_message_speaks_english_to_whoever_reads_english(bench: Bench) -> None:
    """B15: the phone's owner, not the browser, says which language."""
    bench.bank.card = KnownCard(language="en")
    await opened(bench)
    assert "14,500 JPY at Tea and Tins" in bench.bank.sent[0].text


async def test_a_code_can_go_by_mail(bench: Bench) -> None:
    """D4: the result names the way by which the code that counted went."""
    view = await opened(bench)
    bench.clock.advance(timedelta(seconds=30))
    await bench.acs.challenges.send_again(view.token, turn=1, channel=MessageChannel.EMAIL)
    assert [message.channel for message in bench.bank.sent] == ["sms", "email"]
    await bench.enter_code(view.token, bench.bank.last_code)
    [result] = bench.directory.results
    assert (result["transStatus"], result["authenticationMethod"]) == ("Y", "05")


async def test_whoever_has_no_phone_gets_mail(bench: Bench) -> None:
    """D4: and asking for an SMS sends another mail."""
    bench.bank.card = KnownCard(phone_masked="")
    view = await opened(bench)
    bench.clock.advance(timedelta(seconds=30))
    await bench.acs.challenges.send_again(view.token, turn=1, channel=MessageChannel.SMS)
    assert [message.channel for message in bench.bank.sent] == ["email", "email"]


async def test_a_bank_that_cannot_send_makes_the_page_say_so(bench: Bench) -> None:
    """Nothing is tried behind the cardholder's back, and the result is not held up."""
    bench.bank.delivers = False
    view = await opened(bench)
    assert view.challenge.question.notice is Notice.NOT_SENT
    bench.bank.delivers = True
    again = await bench.acs.challenges.send_again(view.token, turn=1, channel=MessageChannel.SMS)
    assert again.challenge.question.notice is Notice.CODE_SENT_AGAIN
    await bench.enter_code(view.token, bench.bank.last_code)
    assert bench.directory.results[0]["transStatus"] == "Y"


async def test_no_code_lies_anywhere_in_the_open(bench: Bench) -> None:
    """Attack 35: not in records, effects, outbox or log; only in the message itself."""
    await opened(bench)
    code = bench.bank.last_code
    deliveries = [
        effect for _, effect in bench.authentications.effects if isinstance(effect, DeliverCode)
    ]
    assert len(deliveries) == 1
    kept = f"{bench.authentications.__dict__}{bench.outbox.pending}{bench.log.lines}"
    assert code not in kept


@pytest.mark.parametrize("typed", ["{} ", "{:.3}-{:.3}", "full-width"])
async def test_a_code_is_read_as_people_type_it(bench: Bench, typed: str) -> None:
    """B15: spaces, hyphens and full-width digits of a Japanese keyboard are no mistakes."""
    view = await opened(bench)
    code = bench.bank.last_code
    text = {
        "{} ": f" {code[:3]} {code[3:]} ",
        "{:.3}-{:.3}": f"{code[:3]}-{code[3:]}",
        "full-width": "".join(chr(ord(digit) + 0xFEE0) for digit in code),
    }[typed]
    ended = await bench.enter_code(view.token, text)
    assert ended.challenge.question.ending is Ending.PASSED


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12345六"])
async def test_what_cannot_be_a_code_costs_no_attempt(bench: Bench, typed: str) -> None:
    """A slip of the finger is no guess; it could not have been right either."""
    view = await opened(bench)
    after = await bench.enter_code(view.token, typed)
    assert after.challenge.question == replace(view.challenge.question, notice=Notice.NOT_READABLE)


async def test_a_hundred_guesses_side_by_side_are_not_judged_more_than_three_times(
    bench: Bench,
) -> None:
    """Attack 20: a race gains nothing, and there is one result."""
    view = await opened(bench)
    guess = wrong(bench.bank.last_code)
    await asyncio.gather(*(bench.enter_code(view.token, guess) for _ in range(100)))
    record = await record_of(bench, view)
    assert record.challenge is not None
    assert record.challenge.question.ending is Ending.WRONG_ANSWERS
    assert record.challenge.question.attempts_made <= 3
    assert len(bench.directory.results) == 1


async def test_five_wrong_codes_lock_the_card_across_transactions(bench: Bench) -> None:
    """Attack 19: a new transaction brings no new guesses; an hour later the lock is gone."""
    first = await opened(bench)
    for _ in range(3):
        await bench.enter_code(first.token, wrong(bench.bank.last_code))
    second = await opened(bench, dsTransID="22222222-2222-4222-8222-222222222223")
    for _ in range(2):
        await bench.enter_code(second.token, wrong(bench.bank.last_code))
    locked = await bench.enter_code(second.token, bench.bank.last_code)
    assert locked.challenge.question.ending is Ending.LOCKED
    assert bench.directory.results[-1]["transStatusReason"] == "19"
    bench.clock.advance(timedelta(hours=1))
    third = await opened(bench, dsTransID="22222222-2222-4222-8222-222222222224")
    ended = await bench.enter_code(third.token, bench.bank.last_code)
    assert ended.challenge.question.ending is Ending.PASSED


async def test_parallel_transactions_share_one_count_of_guesses(bench: Bench) -> None:
    """Attack 19: guesses are counted before they are judged, so a race finds no gap."""
    views = [
        await opened(bench, dsTransID=f"22222222-2222-4222-8222-22222222222{number}")
        for number in range(6)
    ]
    await asyncio.gather(*(bench.enter_code(view.token, "000000") for view in views for _ in "ab"))
    made = 0
    for view in views:
        record = await record_of(bench, view)
        assert record.challenge is not None
        made += record.challenge.question.attempts_made
    assert made <= 5


async def test_a_right_code_does_not_count_against_the_card(bench: Bench) -> None:
    """Otherwise a busy customer would be locked out by success."""
    for number in range(7):
        view = await opened(bench, dsTransID=f"22222222-2222-4222-8222-22222222222{number}")
        ended = await bench.enter_code(view.token, bench.bank.last_code)
        assert ended is not None
        assert ended.challenge.question.ending is Ending.PASSED


@pytest.mark.parametrize(("number", "status"), [(PASSES, "Y"), (FAILS, "N")])
async def test_a_card_that_goes_by_itself_ends_as_it_says(
    bench: Bench, number: str, status: str
) -> None:
    """F4: no code is sent; one press ends it."""
    view = await opened(bench, acctNumber=number)
    assert bench.bank.sent == []
    await bench.answer(view.token, InfoContinued())
    assert bench.directory.results[0]["transStatus"] == status


async def test_pressing_continue_does_not_replace_a_code(bench: Bench) -> None:
    """The button's address is known to everybody; the page stays as it is."""
    view = await opened(bench)
    after = await bench.answer(view.token, InfoContinued())
    assert after.challenge == view.challenge
    assert bench.directory.results == []


@pytest.mark.parametrize("change", ["one character", "another id", "nothing", "odd"])
async def test_a_token_that_is_not_ours_opens_nothing(bench: Bench, change: str) -> None:
    """Attack 17: the page's token is the only way in, and it is bound to one challenge."""
    view = await opened(bench)
    forged = {
        "one character": view.token[:-1] + ("A" if view.token[-1] != "A" else "B"),
        "another id": f"{view.token[:35]}0.{view.token.partition('.')[2]}",
        "nothing": "",
        "odd": "ü.\u2028",
    }[change]
    with pytest.raises(NotThere):
        await bench.acs.challenges.cancel(forged)
    assert bench.directory.results == []


async def test_a_result_that_cannot_be_delivered_does_not_hold_up_the_cardholder(
    bench: Bench,
) -> None:
    """Section 9: tried again every ten seconds; the CRes goes back meanwhile."""
    view = await opened(bench)
    bench.directory.mood = "unreachable"
    ended = await bench.enter_code(view.token, bench.bank.last_code)
    assert ended.back is not None
    assert decoded(ended.back.cres)["transStatus"] == "Y"
    assert (await record_of(bench, view)).state is State.RESULT_OWED
    bench.directory.mood = "takes"
    bench.clock.advance(timedelta(seconds=10))
    await bench.outbox.run_due()
    assert (await record_of(bench, view)).state is State.RESULT_TAKEN
    assert len(set(bench.directory.received)) == 1


@pytest.mark.parametrize(
    ("mood", "state", "erros"),
    [
        ("silent", State.RESULT_UNCONFIRMED, ["402"]),
        ("passing", State.RESULT_UNCONFIRMED, []),
        ("refuses", State.RESULT_REFUSED, []),
        ("nonsense", State.RESULT_UNCONFIRMED, ["101"]),
    ],
)
async def test_the_directory_servers_answer_to_a_result_is_understood(
    bench: Bench, mood: str, state: State, erros: list[str]
) -> None:
    """Sections 8 and 9: silence and a bad RRes are told to it. What left is not sent again, for
    nobody knows that it did not arrive: only a connection that was never made is tried again."""
    view = await opened(bench)
    bench.directory.mood = mood  # type: ignore[assignment]  # one of its moods
    await bench.acs.challenges.cancel(view.token)
    assert (await record_of(bench, view)).state is state
    assert [erro["errorCode"] for erro in bench.directory.erros] == erros


async def test_a_result_is_given_up_after_a_while(bench: Bench) -> None:
    """Section 9: every ten seconds for an hour, when nobody waits any more."""
    view = await opened(bench)
    bench.directory.mood = "unreachable"
    await bench.acs.challenges.cancel(view.token)
    for _ in range(400):
        bench.clock.advance(timedelta(seconds=10))
        await bench.outbox.run_due()
    assert (await record_of(bench, view)).state is State.RESULT_LOST
    assert len(bench.directory.received) == 361
    assert len({bytes(message) for message in bench.directory.received}) == 1


async def test_a_result_sent_again_is_taken_when_it_is_known_already(bench: Bench) -> None:
    """A crash that loses the RRes leaves one truth: a duplicate's refusal says that it came."""
    view = await opened(bench)
    takes = bench.directory.send

    async def die(
        message: bytes, *, read_s: float, to: str, request_id: str | None = None
    ) -> bytes:
        await takes(message, read_s=read_s, to=to, request_id=request_id)
        raise RuntimeError("the process is gone")

    bench.directory.send = die  # type: ignore[method-assign]  # the same peer, and no answer kept
    await bench.acs.challenges.cancel(view.token)
    record = await record_of(bench, view)
    assert record.state is State.RESULT_OWED
    bench.directory.send = takes  # type: ignore[method-assign]  # after the restart
    bench.directory.mood = "refuses"  # with 301, as 2.2.0 answers a duplicate
    bench.clock.advance(timedelta(minutes=2))
    await bench.outbox.run_due()
    assert (await record_of(bench, view)).state is State.RESULT_TAKEN


async def test_a_process_that_dies_while_sending_leaves_the_attempt_on_record(
    bench: Bench,
) -> None:
    """Whoever sends the result next must know that it may have arrived."""
    view = await opened(bench)
    seen: list[int] = []
    takes = bench.directory.send

    async def look(
        message: bytes, *, read_s: float, to: str, request_id: str | None = None
    ) -> bytes:
        delivery = (await record_of(bench, view)).delivery
        seen.append(delivery.begun if delivery else 0)
        return await takes(message, read_s=read_s, to=to, request_id=request_id)

    bench.directory.send = look  # type: ignore[method-assign]  # the same peer, with a witness
    await bench.acs.challenges.cancel(view.token)
    assert seen == [1]


async def test_a_repeated_effect_sends_no_second_result(bench: Bench) -> None:
    """A crash can repeat a message, never invent one."""
    view = await opened(bench)
    await bench.acs.challenges.cancel(view.token)
    for key, effect in list(bench.authentications.effects):
        await bench.acs.perform(key, getattr(effect, "effect", effect))
    assert len(bench.directory.results) == 1
    assert len(bench.bank.sent) == 1


async def test_a_passed_challenge_makes_the_device_known(bench: Bench) -> None:
    """B3: and a failed one does not (attack 27)."""
    await leave_profile(bench)
    view = await opened(bench, threeDSCompInd="Y")
    await bench.enter_code(view.token, bench.bank.last_code)
    [guard] = await bench.guards.newest()
    assert len(guard.devices) == 1
    assert guard.guesses == ()


async def test_the_same_creq_twice_shows_the_same_page(bench: Bench) -> None:
    """Attack 2: one code is sent, no attempt is given back."""
    ares = await bench.ask()
    first = await bench.acs.opening.open(creq(ares), None, agent=AGENT)
    again = await bench.acs.opening.open(creq(ares), None, agent=AGENT)
    assert again == first
    assert len(bench.bank.sent) == 1


async def test_a_creq_after_the_end_takes_an_erro_back(bench: Bench) -> None:
    """Section 8: 315, 305 in older words; the page itself still takes the same CRes back."""
    ares = await bench.ask()
    view = await bench.acs.opening.open(creq(ares), None, agent=AGENT)
    ended = await bench.acs.challenges.cancel(view.token)
    again = await bench.acs.opening.open(creq(ares), None, agent=AGENT)
    assert again.is_passing
    assert again.back is not None
    assert decoded(again.back.cres)["errorCode"] == "305"
    assert (await bench.acs.challenges.look(view.token)).back == ended.back
    assert len(bench.directory.results) == 1


async def test_rubbish_beside_a_challenge_under_way_takes_its_erro_back_alone(
    bench: Bench,
) -> None:
    """Attack 1: whoever holds both identifiers may hear what was wrong; the challenge goes on."""
    ares = await bench.ask()
    view = await bench.acs.opening.open(creq(ares), None, agent=AGENT)
    rubbish = creq(ares, challengeWindowSize="09")
    told = await bench.acs.opening.open(rubbish, None, agent=AGENT)
    assert told.is_passing
    assert told.back is not None
    assert decoded(told.back.cres)["errorCode"] == "203"
    assert (await bench.acs.challenges.look(view.token)).back is None
    assert bench.directory.results == []


async def test_another_browser_than_described_is_noted(bench: Bench) -> None:
    """Attack 10: the record and the log say so."""
    view = await bench.acs.opening.open(creq(await bench.ask()), None, agent="another")
    assert view.challenge.browser_differs
    assert any("another browser" in line for line in bench.log.lines)


@pytest.mark.parametrize(
    ("changes", "code", "detail"),
    [
        ({"challengeWindowSize": "09"}, "203", "challengeWindowSize"),
        ({"challengeWindowSize": None}, "201", "challengeWindowSize"),
        ({"messageVersion": "2.1.0"}, "203", "messageVersion"),
        ({"messageVersion": "2.9.0"}, "102", "2.1.0,2.2.0,2.3.1"),
    ],
)
async def test_a_faulty_creq_of_a_known_challenge_goes_back_as_an_erro(
    bench: Bench, changes: dict[str, str | None], code: str, detail: str
) -> None:
    """Section 4: posted to the notification address, and RReq U with challengeCancel 06."""
    view = await bench.acs.opening.open(
        creq(await bench.ask(), **changes), "c2Vzc2lvbg", agent=AGENT
    )
    assert view.back is not None
    erro = decoded(view.back.cres)
    assert (erro["messageType"], erro["errorCode"]) == ("Erro", code)
    assert detail in erro["errorDetail"]
    [result] = bench.directory.results
    assert (result["transStatus"], result["challengeCancel"]) == ("U", "06")


@pytest.mark.parametrize("session_data", ["x" * 1025, '"><script>'])
async def test_session_data_that_cannot_go_back_unchanged_are_refused(
    bench: Bench, session_data: str
) -> None:
    """Section 4, attack 14: at most 1024 characters of base64url."""
    view = await bench.acs.opening.open(creq(await bench.ask()), session_data, agent=AGENT)
    assert view.back is not None
    assert decoded(view.back.cres)["errorDetail"] == "threeDSSessionData"
    assert view.back.session_data is None


@pytest.mark.parametrize("name", ["acsTransID", "threeDSServerTransID"])
async def test_one_right_identifier_of_two_opens_and_changes_nothing(
    bench: Bench, name: str
) -> None:
    """Attack 1: Erro 301 with nowhere to go; the transaction it hits is unharmed."""
    ares = await bench.ask()
    stranger = "99999999-9999-4999-8999-999999999999"
    with pytest.raises(ProtocolFault) as caught:
        await bench.acs.opening.open(creq(ares, **{name: stranger}), None, agent=AGENT)
    assert caught.value.error_code == "301"
    with pytest.raises(ProtocolFault):
        await bench.acs.opening.open(
            creq(ares, **{name: stranger}, challengeWindowSize="09"), None, agent=AGENT
        )
    assert bench.directory.received == []
    view = await bench.acs.opening.open(creq(ares), None, agent=AGENT)
    assert view.challenge.question.ending is None


async def test_an_authentication_without_challenge_takes_no_creq(bench: Bench) -> None:
    """Section 8: 305, no CReq is expected."""
    ares = await bench.ask(acctNumber=sandbox_card(Brand.VISA, "0003").digits)
    with pytest.raises(ProtocolFault) as caught:
        await bench.acs.opening.open(creq(ares), None, agent=AGENT)
    assert caught.value.error_code == "305"


@pytest.mark.parametrize("text", ["", "%%%", "e30", "bnVsbA", "eyJ", "x" * 100_000])
async def test_rubbish_is_no_creq(bench: Bench, text: str) -> None:
    """Attack 11: a ProtocolFault and nothing else."""
    with pytest.raises(ProtocolFault) as caught:
        await bench.acs.opening.open(text, None, agent=AGENT)
    assert caught.value.error_code == "101"


async def test_closing_waits_for_results_under_way(bench: Bench) -> None:
    """No task outlives the room."""
    view = await opened(bench)
    await bench.acs.challenges.cancel(view.token)
    await bench.acs.close()
    assert bench.acs.challenges._flushing == set()


async def test_a_directory_server_that_dawdles_does_not_keep_the_cardholder_waiting() -> None:
    """Section 9: five seconds at most, then the CRes goes back, whatever became of the result."""
    bench = make_bench(result_wait_s=0.01)
    view = await opened(bench)
    answering = asyncio.Event()
    takes = bench.directory.send

    async def dawdle(
        message: bytes, *, read_s: float, to: str, request_id: str | None = None
    ) -> bytes:
        await answering.wait()
        return await takes(message, read_s=read_s, to=to, request_id=request_id)

    bench.directory.send = dawdle  # type: ignore[method-assign]  # the same peer, slower
    waiting = await bench.acs.challenges.cancel(view.token)
    assert waiting.back is None
    assert waiting.challenge.question.ending is Ending.CANCELLED
    bench.clock.advance(timedelta(seconds=5))
    ended = await bench.acs.challenges.look(view.token)
    assert ended.back is not None
    assert (await record_of(bench, view)).state is State.RESULT_OWED
    answering.set()
    await bench.acs.close()
    assert (await record_of(bench, view)).state is State.RESULT_UNCONFIRMED
    assert len(bench.directory.results) == 1


async def test_a_page_looked_at_tries_to_deliver_what_is_owed(bench: Bench) -> None:
    """After a crash between the code and the result, whoever reloads the page helps along."""
    view = await opened(bench)
    bench.directory.mood = "unreachable"
    await bench.acs.challenges.cancel(view.token)
    bench.directory.mood = "takes"
    bench.clock.advance(timedelta(seconds=10))
    back = await bench.acs.challenges.look(view.token)
    assert back.back is not None
    assert (await record_of(bench, view)).state is State.RESULT_TAKEN


async def test_an_erro_that_does_not_arrive_is_let_go(bench: Bench) -> None:
    """Nothing hangs on it."""
    view = await opened(bench)
    bench.directory.mood = "silent"
    takes = bench.directory.send

    async def deaf(
        message: bytes, *, read_s: float, to: str, request_id: str | None = None
    ) -> bytes:
        if b'"Erro"' in message:
            raise Unreachable("nobody there")
        return await takes(message, read_s=read_s, to=to, request_id=request_id)

    bench.directory.send = deaf  # type: ignore[method-assign]  # the same peer, deafer
    await bench.acs.challenges.cancel(view.token)
    assert (await record_of(bench, view)).state is State.RESULT_UNCONFIRMED


async def test_an_effect_of_another_room_is_our_mistake(bench: Bench) -> None:
    """Never dropped in silence."""
    with pytest.raises(Misuse):
        await bench.acs.perform("key", object())


async def test_an_areq_is_no_creq(bench: Bench) -> None:
    """Section 8: 101, a message for another door."""
    text = base64.urlsafe_b64encode(areq()).rstrip(b"=").decode()
    with pytest.raises(ProtocolFault) as caught:
        await bench.acs.opening.open(text, None, agent=AGENT)
    assert caught.value.error_code == "101"
