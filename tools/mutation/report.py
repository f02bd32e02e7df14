"""What a run found: scores, survivors, and those survivors that nobody could tell from the original."""

import hashlib
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.mutation.mutants import Mutant
from tools.mutation.processes import KILLED, SURVIVED, TIMED_OUT, Outcome


@dataclass(frozen=True, kw_only=True)
class Equivalent:
    """A change that alters nothing that could be observed."""

    module: str
    diff: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A mutant and what became of it."""

    mutant: Mutant
    outcome: Outcome
    excuse: str = ""
    """Why it is equivalent, where that is declared."""


def equivalents(path: Path) -> tuple[Equivalent, ...]:
    """Read the declared ones; each must give a reason."""
    declared = tomllib.loads(path.read_text()).get("equivalent", []) if path.exists() else []
    found = tuple(
        Equivalent(module=each["module"], diff=each["diff"].strip(), reason=each["reason"].strip())
        for each in declared
    )
    for each in found:
        if not each.reason:
            raise SystemExit(f"mutation: no reason is given for\n{each.diff}")
    return found


def excused(mutant: Mutant, outcome: Outcome, declared: Sequence[Equivalent]) -> Tried:
    """Put a mutant beside its excuse, if it survived and has one."""
    reasons = [
        each.reason
        for each in declared
        if outcome.verdict == SURVIVED and (each.module, each.diff) == (mutant.module, mutant.diff)
    ]
    return Tried(mutant=mutant, outcome=outcome, excuse=reasons[0] if reasons else "")


class Score:
    """Counts the mutants of one module or of all."""

    def __init__(self, tried: Sequence[Tried]) -> None:
        survived = [each for each in tried if each.outcome.verdict == SURVIVED]
        self.mutants = len(tried)
        self.survivors = [each for each in survived if not each.excuse]
        self.equivalent = [each for each in survived if each.excuse]
        self.timed_out = sum(each.outcome.verdict == TIMED_OUT for each in tried)
        self.killed = self.mutants - len(survived)

    @property
    def percent(self) -> float:
        """Give the share of killed mutants among those that could be told from the original."""
        telling = self.mutants - len(self.equivalent)
        return 100.0 * self.killed / telling if telling else 100.0

    @property
    def percent_of_all(self) -> float:
        """Give the share of killed mutants among all."""
        return 100.0 * self.killed / self.mutants if self.mutants else 100.0

    def line(self, name: str) -> str:
        """Write one row of the table."""
        return (
            f"{name:42} {self.mutants:6} {self.killed:6} {self.timed_out:5}"
            f" {len(self.survivors):9} {len(self.equivalent):10} {self.percent:8.1f} %"
        )


HEAD = (
    f"{'module':42} {'made':>6} {'killed':>6} {'(slow':>5})"
    f"{'survived':>9} {'equivalent':>10} {'score':>8}"
)


def printed(by_module: dict[str, list[Tried]]) -> str:
    """Write the table and the survivors."""
    lines = [HEAD]
    lines += [Score(tried).line(module) for module, tried in by_module.items()]
    total = overall(by_module)
    lines += [
        total.line("all"),
        f"killed of all, equivalents counted: {total.percent_of_all:.1f} %",
    ]
    lines += ["", "Survivors:"] if total.survivors else ["", "No survivors."]
    for each in total.survivors:
        lines += [f"{each.mutant.module}:{each.mutant.first_line}", _indented(each.mutant.diff)]
    if total.equivalent:
        lines += ["", "Declared equivalent:"]
    for each in total.equivalent:
        lines += [f"{each.mutant.module}:{each.mutant.first_line}  {each.excuse}"]
        lines += [_indented(each.mutant.diff)]
    return "\n".join(lines)


def overall(by_module: dict[str, list[Tried]]) -> Score:
    """Give the score of all modules together."""
    return Score([each for tried in by_module.values() for each in tried])


def unused(by_module: dict[str, list[Tried]], declared: Sequence[Equivalent]) -> list[Equivalent]:
    """Give the declarations that excuse nothing: the code has changed, or a test kills them."""
    used = {
        (each.mutant.module, each.mutant.diff)
        for tried in by_module.values()
        for each in tried
        if each.excuse
    }
    return [
        each
        for each in declared
        if each.module in by_module and (each.module, each.diff) not in used
    ]


def killed_earlier(path: Path, mutants: Sequence[Mutant], text: str) -> dict[int, Outcome]:
    """Give those that a report does not list as survivors, if the module is what it was then.

    Tests are added and sharpened: what one of them has killed, the next run would kill as well.
    """
    kept = json.loads(path.read_text())["modules"] if path.exists() else {}
    known = kept.get(mutants[0].module, {}) if mutants else {}
    if known.get("sha256") != _sha256(text):
        return {}
    survived = {(each["line"], each["diff"]) for each in known["survivors"]}
    return {
        mutant.number: Outcome(verdict=KILLED, by="a test of an earlier run")
        for mutant in mutants
        if (mutant.first_line, mutant.diff) not in survived
    }


def written(by_module: dict[str, list[Tried]], path: Path, source: Path) -> None:
    """Write everything to a file, for programs; what other runs said of other modules is kept."""
    kept = json.loads(path.read_text())["modules"] if path.exists() else {}
    for module, tried in by_module.items():
        kept[module] = {"sha256": _sha256((source / module).read_text()), **_document(tried)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"modules": kept}, indent=1) + "\n")


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _document(tried: list[Tried]) -> dict[str, object]:
    score = Score(tried)
    return {
        "mutants": score.mutants,
        "killed": score.killed,
        "timed_out": score.timed_out,
        "equivalent": len(score.equivalent),
        "score_percent": round(score.percent, 2),
        "score_percent_of_all": round(score.percent_of_all, 2),
        "survivors": [
            {"line": each.mutant.first_line, "diff": each.mutant.diff, "excuse": each.excuse}
            for each in (*score.survivors, *score.equivalent)
        ],
        "killers": _killers(tried),
    }


def _killers(tried: list[Tried]) -> dict[str, int]:
    """Count by test: a module that hangs on one test alone is thinly covered."""
    counts: dict[str, int] = {}
    for each in tried:
        if each.outcome.by:
            counts[each.outcome.by] = counts.get(each.outcome.by, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: -pair[1])[:10])


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
