"""The name in a certificate: one, or none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.http.peers import EXTENSION, name_in, peer_name, require_peer
from sekisho.kernel.errors import Misuse


def _subject(*names: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    return (
        (("organizationName", "Somebody"),),
        *((("commonName", name),) for name in names),
    )


@pytest.mark.parametrize(
    ("certificate", "name"),
    [
        ({"subject": _subject("acs"), "subjectAltName": (("DNS", "localhost"),)}, "acs"),
        ({"subject": _subject("acs"), "subjectAltName": (("DNS", "other"),)}, "acs"),
        ({"subject": _subject("acs", "directory")}, None),
        ({"subject": (), "subjectAltName": (("DNS", "localhost"), ("DNS", "ds.example"))}, "ds.example"),
        ({"subject": (), "subjectAltName": (("URI", "urn:example:acs"),)}, "urn:example:acs"),
        ({"subject": (), "subjectAltName": (("DNS", "a.example"), ("DNS", "b.example"))}, None),
        ({"subject": _subject("localhost")}, None),
        ({"subject": _subject("")}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_a_certificate_names_its_holder(certificate: dict[str, Any], name: str | None) -> None:
    """The common name counts; two names, or only the machine's own, are none."""
    assert name_in(certificate) == name


@given(
    st.dictionaries(
        st.sampled_from(["extensions", "headers", "state"]),
        st.none() | st.text() | st.dictionaries(st.just(EXTENSION) | st.text(),
                                                st.none() | st.text() | st.just({"name": 7})),
    )
)  # fmt: skip
def test_a_scope_without_a_verified_name_has_none(scope: dict[str, object]) -> None:
    """Whatever stands in the scope, only the server's own mark counts."""
    assert peer_name(scope) is None


def test_a_guard_for_nobody_is_misuse() -> None:
    """An empty list is a mistake in wiring, not a closed door."""
    with pytest.raises(Misuse):
        require_peer()
