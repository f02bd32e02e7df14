"""`make bench`: every benchmark in one run, as a table and as var/bench.json."""

from pathlib import Path

from bench import authentications, challenges, directory, jose, ranges, server, validate
from bench.figures import keep, print_table

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Run everything, print it, keep it."""
    figures = [
        *validate.run(), *jose.run(), *ranges.run(),
        *authentications.run(), *directory.run(), *server.run(), *challenges.run(),
    ]  # fmt: skip
    print_table(figures)
    keep(figures, ROOT / "var" / "bench.json")


if __name__ == "__main__":
    main()
