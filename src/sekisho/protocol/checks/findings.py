"""What a check found wrong, gathered until it is known which one error to report."""

from typing import Final

from sekisho.protocol.faults import ErrorCode

REPORTED_FIRST: Final = (
    ErrorCode.ELEMENT_MISSING,
    ErrorCode.FORMAT_INVALID,
    ErrorCode.DUPLICATE,
    ErrorCode.RESERVED_VALUE,
    ErrorCode.ISO_CODE_INVALID,
    ErrorCode.EXTENSION_NOT_RECOGNISED,
    ErrorCode.TRANSACTION_UNKNOWN,
    ErrorCode.RESULT_INCONSISTENT,
)
"""An Erro reports one code; where a message has several faults, the earliest of these."""


class Findings:
    """The faults of one message: element names by error code, each name once, in table order."""

    __slots__ = ("_names",)

    def __init__(self) -> None:
        self._names: dict[ErrorCode, dict[str, None]] = {}

    def note(self, code: ErrorCode, *names: str) -> None:
        """Keep that these elements break the rule of that code."""
        self._names.setdefault(code, {}).update(dict.fromkeys(names))

    def __bool__(self) -> bool:
        return bool(self._names)

    def verdict(self) -> tuple[ErrorCode, tuple[str, ...]] | None:
        """Give the one code to report, with every element it concerns; None: nothing is wrong."""
        for code in REPORTED_FIRST:
            if code in self._names:
                return code, tuple(self._names[code])
        return None

    def everything(self) -> dict[ErrorCode, tuple[str, ...]]:
        """Give all that was found, for people who look into a message."""
        return {code: tuple(names) for code, names in self._names.items()}
