"""A million card ranges: look-up, loading, memory, a delta; beside bisect on a plain list.

Loading is measured in a process of its own, so that its peak memory is its own as well, and in time of
the processor, for it waits for nothing else.
"""

import subprocess
import sys
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

from bench.figures import Figure, best_us
from sekisho.protocol import Component, Json, Message, MessageType, Version, build
from sekisho.protocol.card_range_updates import changes, updated
from sekisho.protocol.card_ranges import AcsVersion, KnownRanges, RangeAttributes
from sekisho.protocol.card_ranges.known import Row
from sekisho.protocol.card_ranges.stored import from_bytes, to_bytes
from sekisho.protocol.card_ranges.whole_file import read_file, write_file

RANGES = 1_000_000
CHANGES = 1_000
STEP = 9 * 10**9
ATTRIBUTES = [
    RangeAttributes(
        acs=tuple(
            AcsVersion(version=version, method_url=f"https://acs{n}.example/method", info=("01",))
            for version in Version
        ),
        ds_versions=tuple(Version),
        country="392",
    )
    for n in range(50)
]


def rows(count: int = RANGES) -> Iterator[Row]:
    """Give ranges of 16 digits with gaps between them, in order."""
    return map(row, range(count))


def row(number: int) -> Row:
    """Give one range by its number in the order."""
    start = 10**15 + number * STEP
    return f"{start}", f"{start + STEP // 2}", ATTRIBUTES[number * 7 % len(ATTRIBUTES)]


def run() -> list[Figure]:
    """Measure everything about a million ranges."""
    known = KnownRanges.of(rows(), serial="1")
    return [_look_up(known), _delta(known), *_loads(known)]


def _look_up(known: KnownRanges) -> Figure:
    starts = list(known.spans[16].starts)
    # One after the other they lie far apart, so that no look-up finds its way warm.
    asked = [row(place * 736_879 % RANGES)[0][:-5] + "12345" for place in range(50_000)]

    def ours() -> None:
        for digits in asked:
            known.find(digits)

    def floor() -> None:
        for digits in asked:
            bisect_right(starts, int(digits))

    value, against = (each / len(asked) for each in best_us([ours, floor], loops=1))
    return Figure(
        name="find a card number among 1,000,000 ranges", value=value, unit="us",
        against=f"int() and bisect on a plain list: {against:.2f} us", ratio=value / against,
    )  # fmt: skip


def _delta(known: KnownRanges) -> Figure:
    listed = list(rows())
    third = CHANGES // 3
    gone, other = listed[::-2][:third], listed[::-3][:third]
    kept = {(start, end): each for start, end, each in listed}
    for start, end, _ in gone:
        del kept[start, end]
    for start, end, _ in other:
        kept[start, end] = ATTRIBUTES[0]
    for number in range(third):
        kept[f"9{number:015d}", f"9{number:015d}"] = ATTRIBUTES[1]
    after = KnownRanges.of((start, end, each) for (start, end), each in kept.items())
    pres = _pres(cardRangeData=changes(known, after), serialNum="2")
    started = perf_counter()
    found = updated(known, pres, whole=False)
    took = perf_counter() - started
    assert [*found] == [*after]
    return Figure(
        name=f"apply a PRes of {CHANGES} changes to 1,000,000 ranges", value=took * 1000, unit="ms",
        against="a copy of the arrays and a search for each change", ratio=None,
    )  # fmt: skip


def _pres(**members: object) -> Message:
    elements: dict[str, Json] = {
        "threeDSServerTransID": "8a880dc0-d2d2-4067-bcb1-b08d1690b26e",
        "dsTransID": "f25084f0-5b16-4c0a-ae5d-b24808a95e4b",
        "readOrder": "01",
        "dsProtocolVersions": ["2.2.0", "2.3.1"],
        **members,  # type: ignore[dict-item]  # the elements are checked by `build`
    }
    return build(MessageType.PRES, Version.V231, elements, sender=Component.DIRECTORY)


def _loads(known: KnownRanges) -> list[Figure]:
    stored, file = to_bytes(known), b"".join(write_file(known, compressed=True))
    jobs = {
        "from rows in order": ("rows", b""),
        "from rows in no order": ("shuffled", b""),
        f"from {len(stored) / 1e6:.0f} MB of their own bytes": ("bytes", stored),
        f"from a gzip file of {len(file) / 1e6:.0f} MB": ("file", file),
    }
    return [_load(name, how, given) for name, (how, given) in jobs.items()]


def _load(name: str, how: str, given: bytes) -> Figure:
    done = subprocess.run(
        [sys.executable, "-m", "bench.ranges", how], input=given, capture_output=True, check=True
    )
    took, before, peak = (float(word) for word in done.stdout.split())
    return Figure(
        name=f"load 1,000,000 ranges {name}", value=took * 1000, unit="ms",
        against=f"peak memory of the process {peak:.0f} MB; {before:.0f} MB before", ratio=None,
    )  # fmt: skip


def _load_here(how: str) -> KnownRanges:
    match how:
        case "rows":
            return KnownRanges.of(rows())
        case "shuffled":
            # Each stride of the multiplicative group comes somewhere else: no run of order is left.
            return KnownRanges.of(row(place * 7_368_787 % RANGES) for place in range(RANGES))
        case "bytes":
            return from_bytes(sys.stdin.buffer.read())
        case _:
            chunks = iter(lambda: sys.stdin.buffer.read(64 * 1024), b"")
            return read_file(
                chunks, _pres(cardRangeDataFileURL="https://ds.example/ranges.json.gz")
            )


def _peak_mb() -> float:
    """Read the most memory that this process ever held."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    held = _peak_mb()
    begun = process_time()
    loaded = _load_here(sys.argv[1])
    print(process_time() - begun, held, _peak_mb())
    assert len(loaded) == RANGES
