"""Browser forms: base64url, session data, the 3DS Method."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.protocol import ErrorCode, ProtocolFault, Version
from sekisho.protocol.forms import (
    FORM_CHARACTERS_MAX,
    base64url,
    check_session_data,
    decode_form_bytes,
    decode_form_json,
    encode_form_json,
    encode_session_data,
    from_base64url,
)
from sekisho.protocol.threeds_method import (
    METHOD_LIMIT,
    WINDOW_PIXELS,
    MethodRequest,
    WindowSize,
    is_safe_url,
    method_done_form,
    method_form,
    read_method_done_form,
    read_method_form,
)
from sekisho.testkit.samples import SERVER_ID


@given(st.binary(max_size=200))
def test_base64url_round_trips_with_and_without_padding(data: bytes) -> None:
    """A2: written without padding, read either way."""
    text = base64url(data)
    assert "=" not in text
    assert from_base64url(text) == data
    if len(text) % 4 in (2, 3):
        assert from_base64url(text + "=" * (-len(text) % 4)) == data


@given(st.text(max_size=60))
def test_any_form_field_decodes_or_is_a_fault(text: str) -> None:
    """F1: a browser can be made to send anything."""
    try:
        members = decode_form_json(text)
    except ProtocolFault:
        return
    assert isinstance(members, dict)


@pytest.mark.parametrize("text", ["a+/b", "a b=", "関所", "YQ===", "A", "YQ\n"])
def test_what_is_not_base64url_is_no_message(text: str) -> None:
    """F1: 101; the standard alphabet is another encoding."""
    with pytest.raises(ProtocolFault) as caught:
        from_base64url(text)
    assert caught.value.error_code is ErrorCode.MESSAGE_INVALID


def test_a_form_field_has_a_largest_size() -> None:
    """F1: not decoded at all beyond it."""
    with pytest.raises(ProtocolFault):
        decode_form_bytes("A" * (FORM_CHARACTERS_MAX + 1))


def test_session_data_come_back_letter_for_letter() -> None:
    """A4: at most 1024 characters, and nothing that could break out of a form."""
    text = encode_session_data(b"merchant.com-ID-1")
    assert check_session_data(text) == text
    assert check_session_data("YQ==") == "YQ=="
    with pytest.raises(Misuse):
        encode_session_data(b"x" * 1000)
    for bad in ('"><script>', "x" * 1025, "YQ===", "é"):
        with pytest.raises(ProtocolFault) as caught:
            check_session_data(bad)
        assert caught.value.elements == ("threeDSSessionData",)


def test_the_3ds_method_s_forms_round_trip() -> None:
    """C4: what the requestor posts, and what the ACS's page posts back."""
    asked = MethodRequest(
        three_ds_server_trans_id=SERVER_ID, notification_url="https://shop.example/method"
    )
    assert read_method_form(method_form(asked)) == asked
    assert read_method_done_form(method_done_form(SERVER_ID)) == SERVER_ID


def test_a_method_notification_goes_to_no_strange_place() -> None:
    """F1: the page would be made to post wherever the form says."""
    with pytest.raises(Misuse):
        method_form(
            MethodRequest(three_ds_server_trans_id=SERVER_ID, notification_url="javascript:1")
        )
    for url in ("javascript:alert(1)", "http://shop.example", "//shop.example", 5):
        form = encode_form_json(
            {"threeDSServerTransID": SERVER_ID, "threeDSMethodNotificationURL": url}
        )
        with pytest.raises(ProtocolFault) as caught:
            read_method_form(form)
        assert caught.value.error_code is ErrorCode.FORMAT_INVALID
        assert caught.value.elements == ("threeDSMethodNotificationURL",)


def test_a_method_form_lacks_nothing() -> None:
    """F1: 201 for what is missing, 203 for an identifier that is none."""
    for members, code in [
        ({"threeDSServerTransID": SERVER_ID}, "201"),
        ({"threeDSMethodNotificationURL": "https://shop.example"}, "201"),
        (
            {
                "threeDSMethodNotificationURL": "https://shop.example",
                "threeDSServerTransID": "no uuid",
            },
            "203",
        ),
    ]:
        with pytest.raises(ProtocolFault) as caught:
            read_method_form(encode_form_json(dict(members)))
        assert caught.value.error_code == code


def test_safe_urls_are_https_or_this_machine() -> None:
    """The sandbox runs on plain http, on loopback hosts and nowhere else."""
    assert is_safe_url("https://acs.example/method?x=1#y")
    assert is_safe_url("http://localhost:8080/")
    assert is_safe_url("http://bank.localhost:8080/acs/method")
    assert is_safe_url("http://127.0.0.1/")
    assert not is_safe_url("http://acs.example/")
    assert not is_safe_url("http://127.0.0.1.evil.example/")
    assert not is_safe_url("http://localhost@evil.example/")
    assert not is_safe_url("https://acs.example\\@evil.example/")
    assert not is_safe_url("https://acs.example/\u2028")
    assert not is_safe_url("https://acs.example/" + "x" * 2048)


def test_time_limits_and_window_sizes_are_known_for_every_version() -> None:
    """A4: five seconds for the 3DS Method since 2.3.1, ten before; five windows."""
    assert METHOD_LIMIT[Version.V220] == 2 * METHOD_LIMIT[Version.V231] == timedelta(seconds=10)
    assert set(METHOD_LIMIT) == set(Version)
    assert set(WINDOW_PIXELS) == set(WindowSize)
