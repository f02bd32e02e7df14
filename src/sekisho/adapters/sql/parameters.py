"""Reads a statement's :named parameters, and writes them as $1, $2 … for PostgreSQL.

Done once per statement text. What would mean different things to the two databases is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sekisho.adapters.sql.batch import SqlValue
from sekisho.kernel.errors import Misuse

_TOKEN: Final = re.compile(
    r"""
      '(?:[^']|'')*'            # text
    | "(?:[^"]|"")*"            # quoted name
    | --[^\n]*                  # comment to the end of the line
    | /\*.*?\*/                 # comment between marks
    | ::                        # cast
    | :(?P<name>[A-Za-z_]\w*)
    | (?P<foreign>[;?$@`'"]|:)  # a second statement, another style of parameter, an open quote
    """,
    re.VERBOSE | re.DOTALL | re.ASCII,
)
STATEMENT_TEXTS_MAX: Final = 1024
"""More different texts than the rooms have; should one build SQL from data, memory stays bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A statement in PostgreSQL's form and the names of its parameters in order."""

    text: str
    names: tuple[str, ...]
    known: frozenset[str]

    def check(self, values: Mapping[str, SqlValue]) -> None:
        """Refuse values that the statement does not name, and names without a value."""
        if values.keys() != self.known:
            odd = ", ".join(sorted(values.keys() ^ self.known))
            raise Misuse(f"parameters and values of a statement differ by {odd}")

    def arguments(self, values: Mapping[str, SqlValue]) -> list[SqlValue]:
        """Give the values in the order of $1, $2 …."""
        self.check(values)
        return [values[name] for name in self.names]


@lru_cache(maxsize=STATEMENT_TEXTS_MAX)
def compile_statement(sql: str) -> Compiled:
    """Compile one statement; Misuse when it is more than one or not portable."""
    order: dict[str, int] = {}

    def replace(match: re.Match[str]) -> str:
        if match["foreign"] is not None:
            raise Misuse(f"{match['foreign']!r} at {match.start()} is not portable SQL: {sql}")
        name = match["name"]
        if name is None:
            return match[0]
        return f"${order.setdefault(name, len(order) + 1)}"

    text = _TOKEN.sub(replace, sql)
    return Compiled(text=text, names=tuple(order), known=frozenset(order))
