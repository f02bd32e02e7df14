"""Effects as rows: named by their class, written as JSON, read back among the declared classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from sekisho.adapters.json_bodies import decoder_of, written
from sekisho.kernel.effects import Effect, Later
from sekisho.kernel.errors import Misuse

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Write a moment as the databases keep it: whole microseconds since the epoch."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(since_epoch_us: int) -> datetime:
    """Read a moment back."""
    return EPOCH + timedelta(microseconds=since_epoch_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenEffect:
    """An effect as the outbox keeps it."""

    kind: str
    body: str
    due: datetime | None
    """None: at once."""


class EffectCodec:
    """Writes and reads the effects of these classes and no others.

    Raises Misuse when two classes have one name, or one cannot be written as JSON.
    """

    def __init__(self, effects: Sequence[type]) -> None:
        self._classes: dict[str, type] = {}
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}  # Any: each reads its own class
        for kind in effects:
            if self._classes.setdefault(kind.__name__, kind) is not kind:
                raise Misuse(f"two classes of effects are both called {kind.__name__}")
            self._decoders[kind.__name__] = decoder_of(kind)

    def write(self, effect: Effect) -> WrittenEffect:
        """Write one effect; a `Later` as what it holds, with its moment."""
        due = None
        if isinstance(effect, Later):
            due, effect = effect.at, effect.effect
            if due.tzinfo is None:
                raise Misuse("a timer is set to an aware moment: without a zone it is any hour")
        kind = type(effect).__name__
        if self._classes.get(kind) is not type(effect):
            raise Misuse(f"{kind} is not declared among the effects: {', '.join(self._classes)}")
        return WrittenEffect(kind=kind, body=written(effect), due=due)

    def read(self, kind: str, body: str) -> Effect:
        """Read an effect back; Misuse when the program no longer knows it."""
        decoder = self._decoders.get(kind)
        if decoder is None:
            raise Misuse(f"the outbox holds a {kind}, which is not declared among the effects")
        try:
            return decoder.decode(body)
        except msgspec.DecodeError as error:
            raise Misuse(f"the outbox holds a {kind} of another shape: {error}") from error
