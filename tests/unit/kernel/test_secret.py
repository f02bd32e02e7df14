"""A secret refuses to print, and the two families of error stay apart."""

import copy
import pickle
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel import errors
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.effects import Later
from sekisho.kernel.log import Log
from sekisho.kernel.secret import Secret
from sekisho.kernel.store import Outbox, Store


@given(st.text(min_size=12) | st.binary(min_size=12))
def test_a_secret_shows_nothing_of_itself(value: str | bytes) -> None:
    """E1: whoever prints, formats or logs it gets the same word."""
    secret = Secret(value)
    assert {repr(secret), str(secret), f"{secret}", f"{secret:>3}"} == {"<secret>"}
    assert secret.reveal() == value


@given(st.text(), st.text())
def test_secrets_match_as_their_values_do(one: str, other: str) -> None:
    """E5: compared in constant time, characters of every script included."""
    assert Secret(one).matches(other) is (one == other)
    assert (Secret(one) == Secret(other)) is (one == other)
    assert Secret(one) != one
    if one == other:
        assert hash(Secret(one)) == hash(Secret(other))


def test_a_secret_of_octets_matches_octets() -> None:
    """E5: keys are octets, passwords are text."""
    assert Secret(b"key").matches(b"key")
    assert not Secret(b"key").matches(b"other")


def test_a_secret_does_not_leave_the_process() -> None:
    """E1: neither pickled nor copied into something that is."""
    with pytest.raises(TypeError):
        pickle.dumps(Secret("value"))
    with pytest.raises(TypeError):
        copy.deepcopy(Secret("value"))


@pytest.mark.parametrize("encode", [msgspec.json.encode, msgspec.to_builtins])
def test_no_encoder_writes_a_secret_out(encode: Callable[[object], object]) -> None:
    """E1: records and settings are encoded field by field; a secret among them stops that."""
    with pytest.raises(TypeError):
        encode({"key": Secret("value")})


def test_a_secret_does_not_change() -> None:
    """Two holders of one secret hold the same one."""
    with pytest.raises(AttributeError):
        Secret("value")._value = "other"


def test_our_errors_and_theirs_are_two_families() -> None:
    """A bug of ours must never be taken for a peer's fault, nor the other way round."""
    assert not issubclass(errors.Misuse, errors.TheyErred)
    assert not issubclass(errors.TheyErred, errors.Misuse)
    assert issubclass(errors.OutOfTurn, errors.TheyErred)
    kinds = (errors.Misuse, errors.TheyErred, errors.Conflict, errors.NotThere, errors.Unreachable)
    assert all(issubclass(kind, errors.SekishoError) for kind in kinds)


def test_a_timer_is_an_effect_around_an_effect() -> None:
    """Effects are compared as values: the playbook rests on it."""
    at = datetime(2024, 2, 29, tzinfo=UTC)
    assert Later(at, "effect") == Later(at, "effect")


def test_the_ports_of_the_kernel_can_be_carried_out() -> None:
    """Time, chance, log and store are Protocols: whoever has the methods is one."""
    for port, methods in [
        (Clock, {"now"}),
        (Chance, {"uuid", "digits", "token"}),
        (Log, {"info", "warning", "error"}),
        (Store, {"add", "get", "find", "newest", "advance"}),
        (Outbox, {"flush"}),
    ]:
        assert methods <= set(vars(port))
