"""Passkeys: one question, one answer, for one origin, by the cardholder in person."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.factors import WebAuthnPasskeys
from sekisho.kernel.errors import Misuse
from sekisho.kernel.factors import Ceremony, NotProven, Passkey
from tests.unit.adapters.factors.authenticator import (
    ORIGIN,
    PRESENT,
    RP_ID,
    VERIFIED,
    Authenticator,
)

PASSKEYS = WebAuthnPasskeys(rp_id=RP_ID, origin=ORIGIN)
ENROLMENT = Ceremony(nonce=b"n" * 16, facts=("enrol", "card-1"))
PAYMENT = Ceremony(nonce=b"m" * 16, facts=("acs-trans-1", "14500", "JPY", "Sakura Books"))


def registered(authenticator: Authenticator) -> Passkey:
    """Register the authenticator's passkey."""
    return PASSKEYS.register(ENROLMENT, authenticator.made(PASSKEYS.challenge(ENROLMENT)))


def proves(authenticator: Authenticator, passkey: Passkey, **changes: Any) -> Passkey:
    """Answer the payment's question, with something changed about the authenticator."""
    other = replace(authenticator, **changes)
    return PASSKEYS.prove(passkey, PAYMENT, other.answered(PASSKEYS.challenge(PAYMENT)))


def test_a_passkey_that_was_registered_proves() -> None:
    """A5: as py_webauthn verifies it, to the end."""
    authenticator = Authenticator()
    passkey = registered(authenticator)
    assert (passkey.sign_count, passkey.backed_up) == (0, False)
    assert proves(authenticator, passkey) == passkey


def test_the_counter_is_kept_with_every_answer() -> None:
    """What the authenticator counted last."""
    authenticator = Authenticator(count=3)
    passkey = registered(authenticator)
    assert passkey.sign_count == 3
    assert proves(authenticator, passkey, count=4).sign_count == 4


@pytest.mark.parametrize("count", [0, 2, 3])
def test_a_counter_that_did_not_move_on_proves_nothing(count: int) -> None:
    """A copied authenticator, or an answer played again."""
    authenticator = Authenticator(count=3)
    passkey = registered(authenticator)
    with pytest.raises(NotProven):
        proves(authenticator, passkey, count=count)


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": "https://acs.bank.example.evil"},
        {"origin": "http://acs.bank.example"},
        {"origin": "https://acs.bank.example:8443"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"kind": "webauthn.create"},
        {"kind": "payment.get"},
        {"credential_id": b"passkey of another"},
        {"key": Authenticator().key},
    ],
    ids=",".join,
)
def test_an_answer_for_another_place_or_by_another_proves_nothing(changes: dict[str, Any]) -> None:
    """Origin, relying party, presence, verification, ceremony, credential and key, each by itself."""
    authenticator = Authenticator()
    passkey = registered(authenticator)
    with pytest.raises(NotProven) as told:
        proves(authenticator, passkey, **changes)
    assert "evil" not in str(told.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"nonce": b"o" * 16},
        {"facts": ("acs-trans-2", "14500", "JPY", "Sakura Books")},
        {"facts": ("acs-trans-1", "14501", "JPY", "Sakura Books")},
        {"facts": ("acs-trans-1", "14500", "USD", "Sakura Books")},
        {"facts": ("acs-trans-1", "14500", "JPY", "Other Books")},
        {"facts": ("acs-trans-11", "4500", "JPY", "Sakura Books")},
        {"facts": ("acs-trans-1", "14500", "JPY")},
    ],
    ids=",".join,
)
def test_an_answer_is_good_for_its_own_transaction_only(changes: dict[str, Any]) -> None:
    """Bound to what the cardholder saw: no other amount, payee or purchase."""
    authenticator = Authenticator()
    passkey = registered(authenticator)
    answer = authenticator.answered(PASSKEYS.challenge(PAYMENT))
    PASSKEYS.prove(passkey, PAYMENT, answer)
    with pytest.raises(NotProven):
        PASSKEYS.prove(passkey, replace(PAYMENT, **changes), answer)


@pytest.mark.parametrize(
    "changes",
    [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"flags": PRESENT},
     {"kind": "webauthn.get"}],
    ids=",".join,
)  # fmt: skip
def test_a_registration_from_elsewhere_makes_no_passkey(changes: dict[str, Any]) -> None:
    """A passkey is made where it is used, by the cardholder in person."""
    with pytest.raises(NotProven):
        registered(Authenticator(**changes))


def test_a_signature_that_was_altered_proves_nothing() -> None:
    """One octet is enough."""
    authenticator = Authenticator()
    passkey = registered(authenticator)
    answer = json.loads(authenticator.answered(PASSKEYS.challenge(PAYMENT)))
    data = answer["response"]["authenticatorData"]
    answer["response"]["authenticatorData"] = f"{data[:-2]}QA"
    with pytest.raises(NotProven):
        PASSKEYS.prove(passkey, PAYMENT, json.dumps(answer))


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
PARTS = st.dictionaries(
    st.sampled_from(["clientDataJSON", "authenticatorData", "signature", "attestationObject"]),
    st.text(alphabet="AQgw_-{=", max_size=60) | ANY_JSON,
)
ANSWERS = st.fixed_dictionaries(
    {"id": st.just("cGFzc2tleSBvZiB0aGUgY2FyZGhvbGRlcg"),
     "rawId": st.just("cGFzc2tleSBvZiB0aGUgY2FyZGhvbGRlcg"), "type": st.just("public-key"),
     "response": PARTS},
)  # fmt: skip


@given(response=st.text(max_size=200) | (ANY_JSON | ANSWERS).map(json.dumps))
def test_whatever_is_sent_proves_or_is_refused(response: str) -> None:
    """One kind of error, whatever the bytes."""
    passkey = Passkey(
        credential_id="cGFzc2tleSBvZiB0aGUgY2FyZGhvbGRlcg", public_key=b"", sign_count=0,
        backed_up=False,
    )  # fmt: skip
    with pytest.raises(NotProven):
        PASSKEYS.prove(passkey, PAYMENT, response)
    with pytest.raises(NotProven):
        PASSKEYS.register(ENROLMENT, response)


def test_a_response_beyond_the_limit_is_not_read() -> None:
    """JSON that nests a thousand deep costs nothing."""
    for text in ("[" * 16_384, " " * 16_385):
        with pytest.raises(NotProven):
            PASSKEYS.register(ENROLMENT, text)
    with pytest.raises(NotProven, match="16385 characters"):
        PASSKEYS.register(ENROLMENT, " " * 16_385)


@pytest.mark.parametrize(
    ("rp_id", "origin"),
    [
        ("bank.example", "https://evilbank.example"),
        ("acs.bank.example", "https://bank.example"),
    ],
)
def test_an_origin_outside_the_relying_party_is_our_mistake(rp_id: str, origin: str) -> None:
    """A browser would refuse it at the first cardholder; the start refuses it before."""
    with pytest.raises(Misuse, match="relying party"):
        WebAuthnPasskeys(rp_id=rp_id, origin=origin)


def test_an_origin_may_have_a_port_and_be_the_relying_party_itself() -> None:
    """As a sandbox has."""
    WebAuthnPasskeys(rp_id="bank.localhost", origin="https://bank.localhost:8443")


def test_a_short_nonce_is_our_mistake() -> None:
    """WebAuthn, section 13.4.3."""
    with pytest.raises(Misuse, match="16 octets"):
        PASSKEYS.challenge(Ceremony(nonce=b"n" * 15, facts=()))


def test_nothing_of_a_ceremony_prints() -> None:
    """Nonce and facts stay out of tracebacks."""
    assert repr(PAYMENT) == "Ceremony()"


@pytest.mark.parametrize("origin", ["http://bank.localhost:8080", "http://localhost"])
def test_a_host_of_this_machine_needs_no_tls(origin: str) -> None:
    """F4: browsers trust `localhost` and what lies under it, so the sandbox has passkeys as well."""
    rp_id = origin.removeprefix("http://").partition(":")[0]
    passkeys = WebAuthnPasskeys(rp_id=rp_id, origin=origin)
    device = Authenticator(rp_id=rp_id, origin=origin)
    made = passkeys.register(ENROLMENT, device.made(passkeys.challenge(ENROLMENT)))
    answer = device.answered(passkeys.challenge(PAYMENT))
    assert passkeys.prove(made, PAYMENT, answer) == made


@pytest.mark.parametrize(
    "origin",
    [
        "http://acs.bank.example",
        "http://127.0.0.1:8080",
        "http://localhost.bank.example",
        "http://notlocalhost",
        "ftp://localhost",
        "localhost",
        "",
    ],
)
def test_any_other_host_does(origin: str) -> None:
    """An answer given over plain HTTP may have been asked for by whoever sits between."""
    with pytest.raises(Misuse, match="https"):
        WebAuthnPasskeys(rp_id="bank.example", origin=origin)
