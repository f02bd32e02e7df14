"""Every line is one scrubbed JSON object, whoever wrote it."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sekisho.adapters.log import adopt_libraries, get_log, open_log
from sekisho.kernel.brands import Brand
from sekisho.testkit.cards import sandbox_card

CARD = sandbox_card(Brand.VISA, "0003").digits


@pytest.fixture
def stream() -> Iterator[io.BytesIO]:
    """A log of its own; standard error comes back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    written = io.BytesIO()
    open_log(written)
    yield written
    open_log()
    root.handlers[:], root.level = before


def _lines(stream: io.BytesIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_names_its_room_its_level_and_its_moment(stream: io.BytesIO) -> None:
    """Lines of many rooms end up in one place."""
    get_log("acs").warning("challenge failed", attempts_left=2)
    (line,) = _lines(stream)
    assert line.pop("at").endswith("Z")
    assert line == {
        "room": "acs", "level": "warning", "event": "challenge failed", "attempts_left": 2,
    }  # fmt: skip


def test_facts_and_events_are_scrubbed(stream: io.BytesIO) -> None:
    """Also the sentence itself, where somebody was careless."""
    get_log("vault").info(f"took {CARD}", card=CARD, securityCode="123", **{CARD: 1})
    assert CARD.encode() not in stream.getvalue()
    assert _lines(stream)[0]["securityCode"] == "<hidden>"


def test_tracebacks_are_kept_and_scrubbed(stream: io.BytesIO) -> None:
    """The alarm must show where; the exception's text may quote what it choked on."""
    try:
        int(f"cannot read {CARD}")
    except ValueError as error:
        get_log("acs").error("failed", exc_info=error)
    (line,) = _lines(stream)
    assert "test_log.py" in line["exception"]
    assert CARD not in line["exception"]


@pytest.mark.parametrize("library", ["uvicorn.error", "aiohttp.client", "asyncio", "somebody.else"])
def test_lines_of_libraries_take_the_same_way(stream: io.BytesIO, library: str) -> None:
    """A library that quotes a request would undo all our care."""
    logging.getLogger(library).warning("Invalid request %s", f"acctNumber={CARD}")
    (line,) = _lines(stream)
    assert line["library"] == library
    assert CARD not in json.dumps(line)


def test_a_library_that_installs_its_own_handler_loses_it_again(stream: io.BytesIO) -> None:
    """Web frameworks configure logging whenever an application is made."""
    elsewhere = io.StringIO()
    logging.getLogger("litestar").addHandler(logging.StreamHandler(elsewhere))
    adopt_libraries()
    logging.getLogger("litestar").error("boom")
    assert not elsewhere.getvalue()
    assert len(_lines(stream)) == 1


def test_quiet_lines_are_not_written(stream: io.BytesIO) -> None:
    """Libraries say much at their lower levels."""
    logging.getLogger("aiohttp").info("connected")
    assert not stream.getvalue()


def test_a_stream_that_was_closed_ends_nothing(stream: io.BytesIO) -> None:
    """A full disk or a reader that left must not fail a purchase."""
    stream.close()
    get_log("acs").info("still here")


def test_a_log_file_is_added_to(tmp_path: Path, stream: io.BytesIO) -> None:
    """A restart keeps what was said before."""
    path = tmp_path / "logs" / "house.log"
    for _ in range(2):
        open_log(path)
        get_log("acs").info("started")
    assert len(path.read_bytes().splitlines()) == 2
    assert not stream.getvalue()
