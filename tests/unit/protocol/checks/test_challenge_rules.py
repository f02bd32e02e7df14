"""Rules of challenges, called by themselves: what the messages of a challenge show too rarely."""

from itertools import combinations
from typing import Final

import pytest

from sekisho.protocol import Category, Channel, ErrorCode, Json, Reading, Version
from sekisho.protocol.checks.challenge_rules import choices_are_short, one_action_a_screen
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.elements import Scene
from sekisho.protocol.vocabulary import Form

ACTIONS: Final = ("challengeCancel", "challengeNoEntry", "challengeAddCode", "resendChallenge")


def scene(members: dict[str, Json], channel: Channel = Channel.APP) -> Scene:
    return Scene(
        members=members, whole=members, form=Form.CREQ, version=Version.V231, channel=channel,
        category=Category.PAYMENT, to=None, asked=None, reading=Reading.STRICT,
    )  # fmt: skip


def actions(members: dict[str, Json], channel: Channel = Channel.APP) -> tuple[str, ...]:
    """Give the elements that the rule names."""
    findings = Findings()
    one_action_a_screen(scene(members, channel), findings)
    return findings.everything().get(ErrorCode.FORMAT_INVALID, ())


@pytest.mark.parametrize("pair", [*combinations(ACTIONS, 2)])
def test_two_actions_are_both_named(pair: tuple[str, str]) -> None:
    """Section 5.5: whichever they are; the cardholder did one thing."""
    assert actions(dict.fromkeys(pair, "Y")) == pair
    assert actions(dict.fromkeys(pair, "Y"), Channel.BROWSER) == ()


@pytest.mark.parametrize("nothing", [None, "", "N"])
@pytest.mark.parametrize("taken", ACTIONS)
def test_what_was_not_done_is_no_action(taken: str, nothing: str | None) -> None:
    """N says so, and so do an empty text and nothing."""
    assert actions({**dict.fromkeys(ACTIONS, nothing), taken: "01"}) == ()


@pytest.mark.parametrize(("code", "short"), [("1234", True), ("12345", False)])
def test_a_code_of_a_choice_has_four_characters(code: str, short: bool) -> None:
    """Since 2.3.1."""
    findings = Findings()
    choices_are_short(scene({"challengeSelectInfo": [{code: "a"}, "odd"]}), findings)
    assert bool(findings) is not short
