"""The two families of error that the core knows.

* SekishoError
  * Misuse      we broke a rule of this library; a bug, never sent to a peer
  * TheyErred   somebody outside broke a rule; answered with a refusal that says which
    * OutOfTurn   a good message or action at the wrong moment
  * Conflict    another writer was first; load again and decide again
  * NotThere    no record answers to that key
  * Unreachable a peer did not answer; whether it acted is not known
    * TimedOut    it was reached, and silent for too long

What the world does to us (no route, a full disk) belongs to `adapters` and never enters the core.
"""


class SekishoError(Exception):
    """Everything that Sekisho raises on purpose."""


class Misuse(SekishoError):
    """We broke a rule of this library: a bug, ends in a 500 and an alarm."""


class TheyErred(SekishoError):
    """Somebody outside broke a rule: ends in a refusal and a quiet log line."""


class OutOfTurn(TheyErred):
    """A good message or action that comes at the wrong moment."""


class Conflict(SekishoError):
    """Another writer changed the record first, or made it first."""


class NotThere(SekishoError):
    """No record answers to that key."""


class Unreachable(SekishoError):
    """A peer could not be reached or did not answer in time; whether it acted is not known."""


class TimedOut(Unreachable):
    """A peer was reached but did not answer in time; it may well have acted."""
