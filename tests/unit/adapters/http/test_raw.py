"""Bodies are read whole or not at all."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.http.raw import BodyCut, BodyTooLarge, read_body, respond

PIECES = st.lists(st.binary(max_size=50), min_size=1, max_size=10)


def _receive(messages: Iterator[dict[str, object]]) -> Any:  # Any: stands for ASGI's own callable
    async def receive() -> dict[str, object]:
        return next(messages)

    return receive


def _body(pieces: list[bytes]) -> Iterator[dict[str, object]]:
    for left, piece in zip(range(len(pieces) - 1, -1, -1), pieces, strict=True):
        yield {"type": "http.request", "body": piece, "more_body": left > 0}


@given(PIECES, st.integers(0, 300))
async def test_a_body_is_read_whole_or_refused(pieces: list[bytes], limit: int) -> None:
    """However it is cut into pieces, the sum decides."""
    whole = b"".join(pieces)
    receive = _receive(_body(pieces))
    if len(whole) <= limit:
        assert await read_body(receive, limit=limit) == whole
    else:
        with pytest.raises(BodyTooLarge):
            await read_body(receive, limit=limit)


async def test_no_more_is_read_once_the_limit_is_passed() -> None:
    """A body without end is not followed to its end."""
    endless = ({"type": "http.request", "body": b"x" * 10, "more_body": True} for _ in iter(int, 1))
    with pytest.raises(BodyTooLarge, match="longer than 25 bytes"):
        await read_body(_receive(endless), limit=25)


async def test_a_sender_that_hangs_up_is_told_apart() -> None:
    """Half a message is not a message."""
    messages = iter([
        {"type": "http.request", "body": b"ha", "more_body": True},
        {"type": "http.disconnect"},
    ])  # fmt: skip
    with pytest.raises(BodyCut):
        await read_body(_receive(messages))


async def test_a_response_says_its_length_and_type() -> None:
    """Two ASGI messages, nothing to guess."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    await respond(send, 201, b"abc", "application/json", ((b"x-a", b"1"),))
    assert sent == [
        {
            "type": "http.response.start",
            "status": 201,
            "headers": [
                (b"content-type", b"application/json"), (b"content-length", b"3"), (b"x-a", b"1"),
            ],
        },
        {"type": "http.response.body", "body": b"abc", "more_body": False},
    ]  # fmt: skip
