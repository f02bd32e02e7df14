"""What a benchmark reports, and how its figures are printed and kept."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter_ns

ROUNDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value beside what it was measured against in the same run."""

    name: str
    value: float
    unit: str
    against: str
    """What the other side is, with its value."""
    ratio: float | None
    """Ours divided by theirs."""


def best_us(calls: Sequence[Callable[[], object]], *, loops: int) -> list[float]:
    """Time callables in interleaved rounds; give each one's best mean in microseconds."""
    best = [float("inf")] * len(calls)
    for _ in range(ROUNDS):
        for place, call in enumerate(calls):
            started = perf_counter_ns()
            for _ in range(loops):
                call()
            best[place] = min(best[place], (perf_counter_ns() - started) / loops / 1000)
    return best


def print_table(figures: Sequence[Figure]) -> None:
    """Print the figures as a table."""
    width = max(len(figure.name) for figure in figures)
    print(f"{'':{width}}  {'value':>12}  {'unit':8}  {'ratio':>6}  against")
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        print(
            f"{figure.name:{width}}  {figure.value:12,.1f}  {figure.unit:8}  {ratio:>6}  "
            f"{figure.against}"
        )


def keep(figures: Sequence[Figure], path: Path) -> None:
    """Write name -> value, unit, against, ratio, so that runs can be compared."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        figure.name: {
            "value": round(figure.value, 3),
            "unit": figure.unit,
            "against": figure.against,
            "ratio": None if figure.ratio is None else round(figure.ratio, 4),
        }
        for figure in figures
    }
    path.write_text(json.dumps(document, indent=2) + "\n")
