"""Runs one harness under atheris: `python -m fuzz NAME [SECONDS]`; what it finds lies in var/fuzz."""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["sekisho.protocol"]):
    from fuzz.harnesses import HARNESSES

ROOT = Path(__file__).resolve().parents[1]
LIMITS = ("-timeout=20", "-rss_limit_mb=1024", "-max_len=65536", "-print_final_stats=1")
"""Seconds and memory that one input may take, and how long it may be."""


def main() -> None:
    """Fuzz; the exit status is libFuzzer's: 0 if nothing was found."""
    name, *rest = sys.argv[1:]
    seconds = int(rest[0]) if rest else 60
    if name not in HARNESSES:
        raise SystemExit(f"fuzz: there are {', '.join(HARNESSES)}")
    found = ROOT / "var" / "fuzz" / name
    found.mkdir(parents=True, exist_ok=True)
    kept = ROOT / "fuzz" / "corpus" / name
    arguments = [
        sys.argv[0], *LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={found}/crash-",
        str(found), str(kept),
    ]  # fmt: skip
    atheris.Setup(arguments, HARNESSES[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
