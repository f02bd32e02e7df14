"""The words that records and reference pages have for states: what is stored must be read tomorrow."""

from collections.abc import Iterator
from enum import Enum
from typing import Final

import pytest

from tests.unit.protocol.states.modules import MODULES

WORDS: Final = {
    "acs_authentication.State": "deciding, answered, refused, challenge, decoupled, SPC, result owed, "
    "result taken, result refused, result unconfirmed, result lost, continued, revoked",
    "app_challenge_table.State": "awaiting CReq, choosing, showing, reporting, completed, timed out, "
    "errored",
    "browser_challenge.State": "awaiting CReq, asking, reporting, completed, timed out, errored",
    "decoupled.State": "awaiting 3RI AReq, contacting, reached, reported, lapsed",
    "directory_events.Failure": "not taking part, no connection, no answer, faulty answer, Erro",
    "directory_table.State": "checking, asked, pending, SPC, relaying, undelivered, answered, "
    "stood in, refused, failed, result relayed, result refused, unresolved",
    "exchange.Delivery": "taken, refused, unconfirmed, postponed, lost",
    "operation_receiver.State": "empty, collecting, complete, broken, not supported, abandoned",
    "operation_sender.State": "sending, confirmed, broken, not supported, failed",
    "result_delivery.State": "sending, pausing, taken, refused, unconfirmed, lost",
    "sdk_challenge_events.Outcome": "completed, cancelled, timed out, protocol error, runtime error",
    "sdk_challenge_table.State": "checking, awaiting CRes, showing, completed, cancelled, timed out, "
    "protocol error, runtime error",
    "server_table.State": "prepared, 3DS Method, ready, asked, challenge, decoupled, SPC, answered, "
    "result, continued, failed, expired, unresolved",
    "spc_at_acs.State": "awaiting second AReq, verifying, confirmed, unconfirmed, expired",
    "spc_at_requestor.State": "offered, prompting, confirmed, incomplete",
    "split_sdk.Variant": "01, 02, 03",
    "split_sdk.State": "verifying, looking up, believed, refused",
    "threeds1_acs.State": "enrolled, asking, answered, expired",
    "threeds1_plug_in.State": "asked, awaited, not asked, believed, disbelieved, expired",
}
"""A word may be added. One that is changed or taken away leaves records that nobody can read."""


def _lists() -> Iterator[tuple[str, type[Enum]]]:
    for module in MODULES:
        short = module.__name__.rpartition(".")[2]
        for name, value in vars(module).items():
            a_list = isinstance(value, type) and issubclass(value, Enum)
            if a_list and value.__module__ == module.__name__:
                yield f"{short}.{name}", value


@pytest.mark.parametrize(("name", "words"), sorted(_lists()))
def test_a_stored_word_stays_what_it_is(name: str, words: type[Enum]) -> None:
    """The tables' documents show the same words (F2)."""
    assert ", ".join(str(word.value) for word in words) == WORDS[name]


def test_no_list_of_words_is_gone() -> None:
    """Each that is named above is still there."""
    assert {name for name, _ in _lists()} == {*WORDS}
