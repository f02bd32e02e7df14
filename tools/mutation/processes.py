"""Processes of their own for each trial: what one of them imports or changes, the next does not see."""

import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from tools.mutation.mutants import Mutant

KILLED: Final = "killed"
SURVIVED: Final = "survived"
TIMED_OUT: Final = "timed out"
BROKEN: Final = 70
"""Exit status of a child that could not do its work at all."""

NOT_LOADED: Final = 71
"""Exit status of a child whose tests did not import the module: it cannot be said to survive."""

KILLERS_MOST: Final = 20
"""How many tests are remembered that have killed lately."""

A_MOMENT_S: Final = 0.002
"""How long to wait before looking again whether a process has ended."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one version of a module."""

    verdict: str
    by: str
    """The first test that failed, or what else happened."""


class Trial:
    """Work in a process of its own that tells by its exit status whether a test failed."""

    def __init__(self, work: Callable[[int], int], limit_s: float) -> None:
        """Begin; `work` is given a pipe to write the name of a failed test into."""
        self._ends_at = time.monotonic() + limit_s
        reading, writing = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(reading)
            _in_child(lambda: work(writing))
        os.close(writing)
        self._reading = reading

    def outcome(self) -> Outcome | None:
        """Give the outcome; None while it runs."""
        done, status = os.waitpid(self.process, os.WNOHANG)
        if not done:
            if time.monotonic() < self._ends_at:
                return None
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
            os.close(self._reading)
            return Outcome(verdict=TIMED_OUT, by="it ran for too long")
        with os.fdopen(self._reading, "rb") as pipe:
            by = pipe.read().decode()
        code = os.waitstatus_to_exitcode(status)
        if code == NOT_LOADED:
            raise SystemExit("mutation: the tests do not load the module from the mutant")
        if code == BROKEN:
            raise SystemExit("mutation: a trial could not be made")
        if code == 0:
            return Outcome(verdict=SURVIVED, by="")
        return Outcome(verdict=KILLED, by=by or "import or collection")

    def awaited(self) -> Outcome:
        """Wait for the outcome."""
        while (outcome := self.outcome()) is None:
            time.sleep(A_MOMENT_S)
        return outcome


def outcomes_of(
    mutants: Sequence[Mutant], begin: Callable[[Mutant], Trial], killers: list[str], jobs: int
) -> dict[int, Outcome]:
    """Try each mutant, some at once; note in `killers` which tests have killed lately."""
    outcomes: dict[int, Outcome] = {}
    running: dict[int, Trial] = {}
    waiting = list(reversed(mutants))
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[mutant.number] = begin(mutant)
        for number, trial in list(running.items()):
            outcome = trial.outcome()
            if outcome is not None:
                del running[number]
                outcomes[number] = outcome
                if outcome.by:
                    others = [each for each in killers if each != outcome.by]
                    killers[:] = [outcome.by, *others][:KILLERS_MOST]
        time.sleep(A_MOMENT_S)
    return outcomes


def in_a_process(work: Callable[[], int]) -> int:
    """Do work that must not leave anything imported here; give its exit status."""
    process = os.fork()
    if process == 0:
        _in_child(work)
    _, status = os.waitpid(process, 0)
    return os.waitstatus_to_exitcode(status)


def silence() -> None:
    """Let nothing be seen of what the tests print."""
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)


def _in_child(work: Callable[[], int]) -> NoReturn:
    """Do the work and leave without the parent's clean-up."""
    code = BROKEN
    try:
        code = work()
    except BaseException:  # noqa: BLE001 - the child must not go on as a second parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
