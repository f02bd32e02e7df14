"""The time limits, each as protocol.md has it (section 9)."""

from datetime import timedelta

import pytest

from sekisho.kernel.errors import Misuse
from sekisho.protocol import Version
from sekisho.protocol.states import limits
from sekisho.protocol.states.limits import LIMITS, Limit

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("limit", "old", "middle", "new"),
    [
        (limits.METHOD, 10 * SECOND, 10 * SECOND, 5 * SECOND),
        (limits.METHOD_REUSE, None, None, 10 * MINUTE),
        (limits.FIRST_CREQ, 30 * SECOND, 30 * SECOND, 30 * SECOND),
        (limits.NEXT_CREQ, 10 * MINUTE, 10 * MINUTE, 10 * MINUTE),
        (limits.RREQ_AFTER_SILENCE, MINUTE, MINUTE, MINUTE),
        (limits.PAGE, 10 * MINUTE, 10 * MINUTE, 10 * MINUTE),
        (limits.CRES_AT_SDK, 10 * SECOND, 10 * SECOND, 10 * SECOND),
        (limits.SDK_LEAST, 5 * MINUTE, 5 * MINUTE, 5 * MINUTE),
        (limits.RRES_AT_ACS, 5 * SECOND, 5 * SECOND, 5 * SECOND),
        (limits.RREQ_AGAIN, 10 * SECOND, 10 * SECOND, 10 * SECOND),
        (limits.RRES_AT_DIRECTORY, 3 * SECOND, 3 * SECOND, 3 * SECOND),
        (limits.SPC_AT_SERVER, None, None, 9 * MINUTE),
        (limits.SPC_AT_ACS, None, None, 10 * MINUTE),
        (limits.DECOUPLED_AT_ACS, None, 0 * SECOND, HOUR),
        (limits.DECOUPLED_AT_SERVER, None, 30 * SECOND, HOUR + 30 * SECOND),
        (limits.FALLBACK, None, None, MINUTE),
    ],
)
def test_a_limit_is_the_protocols(
    limit: Limit, old: timedelta | None, middle: timedelta | None, new: timedelta
) -> None:
    """By version: 2.1.0, 2.2.0, 2.3.1; a wait that a version does not know is our mistake."""
    assert limit in LIMITS
    assert limit.by_rule is False
    for version, expected in zip(Version, (old, middle, new), strict=True):
        if expected is None:
            with pytest.raises(Misuse, match=version.value):
                limit.of(version)
        else:
            assert limit.of(version) == expected


def test_what_a_rule_decides_is_the_same_in_every_version() -> None:
    """It is a default: `usual` stands for all (section 9)."""
    by_rule = [limit for limit in LIMITS if limit.by_rule]
    assert by_rule == [
        limits.PREPARATION,
        limits.ARES_AT_SERVER,
        limits.ARES_AT_DIRECTORY,
        limits.RREQ_TRIED,
        limits.RESULT,
    ]
    assert limits.RESULT.usual == HOUR
    for limit in by_rule:
        assert {limit.of(version) for version in Version} == {limit.usual}


def test_the_waits_of_the_parties_fit_into_each_other() -> None:
    """Whoever asks waits longer than the one who answers, or every slow answer is lost."""
    for version in Version:
        asked_twice = 2 * limits.ARES_AT_DIRECTORY.usual
        assert limits.ARES_AT_SERVER.usual > asked_twice
        assert limits.RRES_AT_ACS.of(version) > limits.RRES_AT_DIRECTORY.of(version)
        assert limits.CRES_AT_SDK.of(version) > limits.RRES_AT_ACS.of(version)
    assert limits.SPC_AT_ACS.usual > limits.SPC_AT_SERVER.usual
    for version in (Version.V220, Version.V231):
        at_acs = limits.DECOUPLED_AT_ACS.of(version)
        assert limits.DECOUPLED_AT_SERVER.of(version) == at_acs + 30 * SECOND


def test_a_message_is_tried_on_one_more_connection() -> None:
    """And then no more: whoever waits for the answer has stopped waiting (section 9)."""
    assert limits.CONNECTIONS_MOST == 2


def test_every_limit_is_listed_once() -> None:
    """The reference page is made from the list."""
    declared = [value for value in vars(limits).values() if isinstance(value, Limit)]
    assert list(LIMITS) == declared
    assert len({limit.what + limit.waits for limit in LIMITS}) == len(LIMITS)


def test_a_connection_is_attempted_twice() -> None:
    """One immediate retry (section 9)."""
    assert limits.CONNECTIONS_MOST == 2
