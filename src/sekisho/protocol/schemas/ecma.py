"""Regular expressions of the element table, written as ECMA 262 wants them (JSON Schema patterns).

The table writes Python's. What both mean alike stays; white space, flags in a group, the end of the
text and needless escapes are written anew. An anchored expression comes out: a pattern of JSON
Schema is looked for anywhere in a text, those of the table describe the whole of it.
"""

import re
from collections.abc import Iterator
from typing import Final

from sekisho.kernel.errors import Misuse

_WHITE_SPACE: Final = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""What Python calls white space. The two languages do not agree on \\s: FEFF, 1C to 1F, 85."""

_ENDS: Final = {r"\Z": "$", r"\A": "^"}

_UNKNOWN_TO_ECMA: Final = re.compile(r"\(\?(?:P|#|\(|[aiLmsux]*-?[imsx]*\))|\\[bBdDwWS0-9]")
"""What the table may not use: it means another thing there, or nothing."""

_TOKEN: Final = re.compile(
    r"\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|\(\?i:[A-Za-z|]*\)|.", re.DOTALL
)
_SYNTAX: Final = frozenset("^$\\.*+?()[]{}|/")
"""The characters that may be escaped under ECMA's flag u; in a class also the hyphen."""


def ecma_pattern(expression: str) -> str:
    """Write an expression that describes a whole text; Misuse where ECMA 262 cannot say it."""
    if found := _UNKNOWN_TO_ECMA.search(expression):
        raise Misuse(f"{found.group()} means something else in ECMA 262")
    return f"^(?:{''.join(_written(expression))})$"


def _written(expression: str) -> Iterator[str]:
    in_class = False
    for token in _TOKEN.findall(expression):
        if token in _ENDS:
            yield _ENDS[token]
        elif token == r"\s":
            yield _WHITE_SPACE if in_class else f"[{_WHITE_SPACE}]"
        elif token.startswith("(?i:"):
            yield f"(?:{''.join(map(_either_case, token[4:-1]))})"
        elif token.startswith("\\"):
            yield _escaped(token, in_class=in_class)
        else:
            in_class = token == "[" or (in_class and token != "]")
            yield token


def _either_case(letter: str) -> str:
    return letter if letter == "|" else f"[{letter.upper()}{letter.lower()}]"


def _escaped(token: str, *, in_class: bool) -> str:
    plain = token[1]
    needed = len(token) > 2 or plain.isalpha() or plain in _SYNTAX or (in_class and plain == "-")  # noqa: PLR2004 - a backslash and one character
    return token if needed else plain
