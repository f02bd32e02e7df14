"""The log as a port: a service says what happened, the edge decides how it is written."""

from typing import Protocol


class Log(Protocol):
    """Writes structured lines; the adapter scrubs card numbers, codes and keys from every value."""

    def info(self, event: str, **facts: object) -> None:
        """Say what happened, in the ordinary course of things."""
        ...

    def warning(self, event: str, **facts: object) -> None:
        """Say that somebody else erred, or that the world did."""
        ...

    def error(self, event: str, **facts: object) -> None:
        """Say that we erred: somebody must look."""
        ...
