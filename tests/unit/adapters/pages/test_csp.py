"""A content security policy that says what it means and cannot be broken out of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.pages import Csp
from sekisho.kernel.errors import Misuse


def _directives(policy: str) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in policy.split("; "))


def test_the_default_allows_only_ourselves() -> None:
    """Nothing is inherited: everything not named is forbidden."""
    assert _directives(Csp().header("N")) == {
        "default-src": "'none'",
        "script-src": "'self' 'nonce-N'",
        "style-src": "'self' 'nonce-N'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "frame-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "object-src": "'none'",
    }


def test_what_a_page_adds_stands_beside_ourselves() -> None:
    """Lists add; who may frame and where forms may go are exactly as said."""
    pay = "http://pay.localhost:8080"
    policy = _directives(
        Csp(
            frame_ancestors=("'self'", "https://shop.example"), frame_src=(pay, "https:"),
            form_action=("https://acs.example/3ds",), connect_src=(pay,), script_src=(pay,),
            img_src=("https://*.example",),
        ).header("N")
    )  # fmt: skip
    assert policy["frame-ancestors"] == "'self' https://shop.example"
    assert policy["frame-src"] == f"'self' {pay} https:"
    assert policy["form-action"] == "https://acs.example/3ds"
    assert policy["connect-src"] == f"'self' {pay}"
    assert policy["script-src"] == f"'self' 'nonce-N' {pay}"
    assert policy["img-src"] == "'self' data: https://*.example"


@pytest.mark.parametrize(
    "source",
    ["https://a; script-src *", "https://a,https://b", "https://a b", "", "'unsafe-inline'", "a\nb",
     "'unsafe-eval'", "'nonce-x'", "https://ä.example"],
)  # fmt: skip
def test_a_source_that_would_say_more_is_misuse(source: str) -> None:
    """Origins come from merchants' registrations; one must not rewrite the policy."""
    with pytest.raises(Misuse):
        Csp(frame_ancestors=(source,))


def test_a_text_in_place_of_a_tuple_is_misuse() -> None:
    """One missing comma would allow every letter of an address."""
    with pytest.raises(Misuse):
        Csp(frame_src="https://a")  # type: ignore[arg-type]  # the mistake under test


@given(st.lists(st.text(max_size=20), max_size=3).map(tuple))
def test_no_source_adds_a_directive(sources: tuple[str, ...]) -> None:
    """Whatever the texts: a policy of eleven directives, or Misuse."""
    try:
        policy = Csp(frame_ancestors=sources, connect_src=sources).header("N")
    except Misuse:
        return
    assert len(policy.split(";")) == 11
    assert "," not in policy


def test_a_policy_knows_whether_its_page_is_framed() -> None:
    """Other headers follow from it."""
    assert not Csp().framed
    assert not Csp(frame_ancestors=("'none'",)).framed
    assert Csp(frame_ancestors=("'self'",)).framed
