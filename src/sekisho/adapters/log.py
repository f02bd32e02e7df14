"""The log: one JSON object a line, scrubbed, for our own events and for every library's."""

import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec
import structlog
from structlog.typing import WrappedLogger

from sekisho.adapters.scrubbing import scrub, scrub_text
from sekisho.kernel.log import Log

LEVEL: Final = logging.INFO
LIBRARIES: Final = ("uvicorn", "uvicorn.error", "uvicorn.access", "aiohttp", "asyncio", "litestar")
"""Their own handlers are taken away, so that nothing reaches the terminal unscrubbed."""

EventDict = MutableMapping[str, Any]  # Any: a line holds facts of every type


class BytesWriter:
    """Writes whole lines to a binary stream; a stream that went away ends no purchase."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self._stream = stream

    def msg(self, line: bytes) -> None:
        """Write one line. Without a stream of its own it finds stderr anew each time."""
        stream = self._stream if self._stream is not None else _stderr()
        try:
            stream.write(line + b"\n")
            stream.flush()
        except (OSError, ValueError):
            # Nobody reads any more, or the disk is full: there is nowhere left to say so.
            return

    info = warning = error = debug = critical = exception = fatal = log = msg


def get_log(room: str) -> Log:
    """Give the log of one room; every line of it names the room."""
    log: Log = structlog.get_logger(room=room)
    return log


def open_log(target: Path | BinaryIO | None = None, *, level: int = LEVEL) -> None:
    """Send every line of this process to a file, a stream, or (by default) standard error."""
    if isinstance(target, Path):
        target.parent.mkdir(parents=True, exist_ok=True)
        stream: BinaryIO | None = target.open("ab", buffering=0)
    else:
        stream = target
    _Current.writer = BytesWriter(stream)
    _Current.level = level
    _configure()
    _adopt_stdlib()


def adopt_libraries() -> None:
    """Take the handlers of libraries away again: some install their own whenever they are made."""
    _adopt_stdlib()


def scrub_facts(_logger: WrappedLogger, _method: str, facts: EventDict) -> Mapping[str, Any]:
    """The processor that stands last before the writer: nothing passes by it."""
    return {scrub_text(name): scrub(value, name=name) for name, value in facts.items()}


def to_line(_logger: WrappedLogger, _method: str, facts: Mapping[str, Any]) -> bytes:
    """Encode as JSON; the facts are plain after scrubbing."""
    return msgspec.json.encode(facts)


PROCESSORS: Final[tuple[Callable[..., Any], ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    structlog.processors.format_exc_info,
    scrub_facts,
    to_line,
)


class _StdlibHandler(logging.Handler):
    """Passes the lines of libraries that log through the standard library along the same way."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line: Any = {"event": record.getMessage(), "library": record.name}
            if record.exc_info:
                line["exc_info"] = record.exc_info
            for processor in PROCESSORS:
                line = processor(None, record.levelname.lower(), line)
            _Current.writer.msg(line)
        except Exception:  # noqa: BLE001 - as logging asks: a faulty line must not raise where it is said
            self.handleError(record)


class _Current:
    """Where lines of this process go now: a log is a process's own, as standard error is."""

    writer = BytesWriter()
    level = LEVEL


def _configure() -> None:
    structlog.configure(
        processors=list(PROCESSORS),
        wrapper_class=structlog.make_filtering_bound_logger(_Current.level),
        logger_factory=lambda *_: _Current.writer,
        cache_logger_on_first_use=False,
    )


def _adopt_stdlib() -> None:
    root = logging.getLogger()
    root.handlers = [_StdlibHandler()]
    root.setLevel(max(_Current.level, logging.WARNING))
    for name in LIBRARIES:
        library = logging.getLogger(name)
        library.handlers = []
        library.propagate = True


def _stderr() -> BinaryIO:
    return sys.stderr.buffer


_configure()
