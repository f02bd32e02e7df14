"""The tables of the three roles together, over a network with every trouble.

What each table promises alone is worth nothing if the roles can end up with different results.
"""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.protocol import Channel, Json, Version
from sekisho.protocol.states import (
    acs_authentication,
    browser_challenge,
    decoupled,
    directory_relay,
    result_delivery,
    server_authentication,
)
from sekisho.protocol.states.directory_events import Failure, Rules, StandIn
from sekisho.protocol.states.exchange import SendResult
from sekisho.testkit.samples import SERVER_ID
from tests.unit.protocol.states.network import Dice, World
from tests.unit.protocol.states.parties import Acs, Directory, Server

STANDING_IN: Rules = dict.fromkeys(Failure, StandIn(trans_status="A", reason="80"))
WISHES: dict[str, Json] = {
    "threeDSRequestorDecReqInd": "B",
    "threeDSRequestorDecMaxTime": "00010",
    "threeDSRequestorSpcSupport": "Y",
}
KNOWN = (server_authentication.State.RESULT, server_authentication.State.CONTINUED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Three parties after everything has happened."""

    server: Server
    directory: Directory
    acs: Acs


def told(
    chance: Dice,
    *,
    troubled: bool,
    decision: str,
    outcome: str = "Y",
    version: Version = Version.V231,
    channel: Channel = Channel.BROWSER,
    rules: Rules | None = None,
) -> Story:
    """Let one purchase happen, with all that it leads to."""
    world = World(chance, troubled=troubled)
    server = Server(world, version, dict(WISHES))
    directory = Directory(world, rules or {})
    acs = Acs(world, decision, outcome)
    server.directory, server.acs = directory, acs
    directory.server, directory.acs = server, acs
    acs.directory = directory
    server.start(SERVER_ID, channel, dict(WISHES))
    world.run()
    return Story(server=server, directory=directory, acs=acs)


STORIES = st.fixed_dictionaries(
    {
        "chance": st.randoms(use_true_random=True),
        "decision": st.sampled_from("YNUACDS"),
        "outcome": st.sampled_from("YNURD"),
        "version": st.sampled_from(Version),
        "channel": st.sampled_from([Channel.BROWSER, Channel.THREE_RI]),
        "rules": st.sampled_from([{}, STANDING_IN]),
    }
)


@settings(max_examples=200, deadline=None)
@given(STORIES)
def test_every_transaction_ends(story: dict[str, object]) -> None:
    """Whatever is lost, late, doubled or overtaken, nobody waits for ever."""
    ended = told(troubled=True, **story)
    for parties, final in (
        (ended.server.records, server_authentication.FINAL),
        (ended.directory.records, directory_relay.FINAL),
        (ended.acs.records, acs_authentication.FINAL),
        (ended.acs.challenges, browser_challenge.FINAL),
        (ended.acs.decoupled, decoupled.FINAL),
        (ended.acs.deliveries, result_delivery.FINAL),
    ):
        for party in parties.values():
            assert party.record.state in final


@settings(max_examples=200, deadline=None)
@given(STORIES)
def test_who_knows_a_result_knows_the_same(story: dict[str, object]) -> None:
    """The 3DS Server has the ACS's result, or says that it knows none (section 2.1)."""
    ended = told(troubled=True, **story)
    for key, party in ended.server.records.items():
        known = party.record
        if known.result_known:
            assert known.state in KNOWN
            decided = ended.acs.records[key].record
            assert decided.result is not None
            assert known.trans_status == decided.result.trans_status
            relayed = ended.directory.records[key].record
            assert relayed.trans_status == known.trans_status
        elif known.state is server_authentication.State.ANSWERED:
            relayed = ended.directory.records[key].record
            if relayed.state is directory_relay.State.STOOD_IN:
                assert known.trans_status == "A"
            else:
                assert known.trans_status == relayed.trans_status
                assert known.trans_status == ended.acs.records[key].record.trans_status


@settings(max_examples=200, deadline=None)
@given(STORIES)
def test_a_result_that_was_taken_is_known(story: dict[str, object]) -> None:
    """The ACS and the Directory Server say so only if the 3DS Server has it."""
    ended = told(troubled=True, **story)
    for key, decided in ended.acs.records.items():
        if decided.record.state is acs_authentication.State.RESULT_TAKEN:
            assert ended.server.records[key].record.result_known
    for key, relayed in ended.directory.records.items():
        if relayed.record.state is directory_relay.State.RELAYED:
            assert ended.server.records[key].record.result_known


@settings(max_examples=200, deadline=None)
@given(STORIES)
def test_there_is_one_result_for_each_announcement(story: dict[str, object]) -> None:
    """Exactly one RReq per C or D, however often it is sent (section 2.1)."""
    ended = told(troubled=True, **story)
    for challenge in ended.acs.challenges.values():
        assert sum(isinstance(effect, SendResult) for effect in challenge.decided) == 1
    for delivery in ended.acs.deliveries.values():
        posted = [
            effect.result
            for effect in delivery.decided
            if isinstance(effect, result_delivery.PostRReq)
        ]
        assert posted == [delivery.record.result] * delivery.record.attempts


@pytest.mark.parametrize("version", list(Version))
@pytest.mark.parametrize("outcome", ["Y", "N", "U", "R"])
@given(chance=st.randoms(use_true_random=True))
@settings(max_examples=5, deadline=None)
def test_without_trouble_a_challenge_tells_its_result(
    version: Version, outcome: str, chance: Dice
) -> None:
    """The simulation would prove little if results never arrived."""
    ended = told(chance, troubled=False, decision="C", outcome=outcome, version=version)
    known = ended.server.records[SERVER_ID].record
    result = ended.acs.challenges[SERVER_ID].record.result
    assert known.state is server_authentication.State.RESULT
    assert result is not None
    assert known.trans_status == result.trans_status
    assert result.trans_status in (outcome, "N")  # N: the cardholder took too long
    taken = ended.acs.records[SERVER_ID].record.state
    assert taken is acs_authentication.State.RESULT_TAKEN


@given(chance=st.randoms(use_true_random=True))
@settings(max_examples=20, deadline=None)
def test_without_trouble_a_fallback_tells_the_last_result(chance: Dice) -> None:
    """The challenge ends with D, the 3RI authentication with what the cardholder said (2.5)."""
    ended = told(chance, troubled=False, decision="C", outcome="D")
    first = ended.server.records[SERVER_ID].record
    if first.trans_status == "D":
        last = ended.server.records[first.successor_id].record
        assert first.state is server_authentication.State.CONTINUED
        assert last.state is server_authentication.State.RESULT
        assert last.trans_status in ("Y", "U")  # U: the cardholder took too long
    else:
        assert first.trans_status == "N"  # the cardholder took too long for a page


@given(chance=st.randoms(use_true_random=True))
@settings(max_examples=20, deadline=None)
def test_without_trouble_spc_is_carried_on(chance: Dice) -> None:
    """By a second AReq, and no result is owed for the first (section 2.8)."""
    ended = told(chance, troubled=False, decision="S")
    first = ended.server.records[SERVER_ID].record
    assert first.state is server_authentication.State.CONTINUED
    assert not first.result_known
    assert first.successor_id in ended.server.records
    carried_on = ended.acs.records[SERVER_ID].record.state
    assert carried_on is acs_authentication.State.CONTINUED
