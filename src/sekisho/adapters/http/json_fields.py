"""Reads the members of a JSON body and collects everything wrong with it, member by member.

Read every member, then `done()`: it raises BadFields with all that was found. Until then a bad
member reads as an empty value. What was sent is never repeated in a message: it may be a card number.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from sekisho.kernel.errors import TheyErred

NAME_CHARACTERS_MAX = 40
"""How much of a name that we do not know is repeated."""
INTEGER_MAX = 2**53 - 1
"""The largest integer that every JSON reader reads alike."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One member and what is wrong with it."""

    field: str
    """Its path, as `expiry.month`; empty for the body itself."""
    message: str


class BadFields(TheyErred):
    """A JSON body with members that are missing or wrong."""

    def __init__(self, faults: tuple[FieldFault, ...]) -> None:
        super().__init__("; ".join(f"{fault.field or 'body'}: {fault.message}" for fault in faults))
        self.faults = faults


class JsonFields:
    """A JSON object that is read member by member."""

    def __init__(
        self, members: Mapping[str, object], *, path: str = "", faults: list[FieldFault]
    ) -> None:
        self._members = members
        self._path = path
        self._faults = faults

    @classmethod
    def of(cls, body: bytes) -> "JsonFields":
        """Read a body; raises BadFields when it is no JSON object at all."""
        try:
            members = msgspec.json.decode(body)
        except (msgspec.DecodeError, ValueError, RecursionError) as error:
            raise BadFields((FieldFault("", "is not JSON"),)) from error
        if not isinstance(members, dict):
            raise BadFields((FieldFault("", "must be a JSON object"),))
        return cls(members, faults=[])

    def text(
        self,
        name: str,
        *,
        most: int,
        least: int = 1,
        pattern: str | None = None,
        check: Callable[[str], object] | None = None,
    ) -> str:
        """Read a text; `check` may raise TheyErred with a sentence that does not repeat it."""
        if self._members.get(name) is None:
            self._wrong(name, "is required")
        return self.optional_text(name, most=most, least=least, pattern=pattern, check=check) or ""

    def optional_text(
        self,
        name: str,
        *,
        most: int,
        least: int = 1,
        pattern: str | None = None,
        check: Callable[[str], object] | None = None,
    ) -> str | None:
        """Read a text that may be absent or null."""
        value = self._members.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            self._wrong(name, "must be a text")
            return None
        wrong = _fault_of(value, most=most, least=least, pattern=pattern, check=check)
        if wrong is not None:
            self._wrong(name, wrong)
            return None
        return value

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        """Read a text of a closed list."""
        value = self._members.get(name)
        if isinstance(value, str) and value in known:
            return value
        self._wrong(name, f"must be one of {', '.join(known)}")
        return known[0]

    def whole(self, name: str, *, least: int = 0, most: int = INTEGER_MAX) -> int:
        """Read a whole number."""
        value = self._members.get(name)
        fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        if not (fits and isinstance(value, int)):
            self._wrong(name, f"must be a whole number from {least} to {most}")
            return least
        return value

    def flag(self, name: str, *, otherwise: bool | None = None) -> bool:
        """Read true or false; absent is `otherwise`, or wrong when there is no otherwise."""
        value = self._members.get(name)
        if isinstance(value, bool):
            return value
        if value is None and otherwise is not None:
            return otherwise
        self._wrong(name, "must be true or false")
        return False

    def given(self, name: str) -> bool:
        """Tell whether a member is there at all, and not null."""
        return self._members.get(name) is not None

    def nested(self, name: str) -> "JsonFields":
        """Read an object inside this one."""
        value = self._members.get(name)
        path = f"{self._path}{name}."
        if isinstance(value, dict):
            return JsonFields(value, path=path, faults=self._faults)
        self._wrong(name, "must be a JSON object")
        # Its members are not reported one by one: their absence is said already.
        return JsonFields({}, path=path, faults=[])

    def refuse(self, name: str, message: str) -> None:
        """Report a member that is wrong for a reason beyond its own form."""
        self._wrong(name, message)

    def texts(
        self, name: str, *, most: int, least_items: int = 1, pattern: str | None = None
    ) -> tuple[str, ...]:
        """Read a list of different texts; absent is an empty list."""
        listed = self._listed(name, least_items)
        for at, value in enumerate(listed):
            wrong = "must be a text"
            if isinstance(value, str):
                wrong = _fault_of(value, most=most, least=1, pattern=pattern, check=None) or ""
            if wrong:
                self._wrong(f"{name}[{at}]", wrong)
        texts = [value for value in listed if isinstance(value, str)]
        if len(set(texts)) < len(texts):
            self._wrong(name, "must not say the same twice")
        return tuple(texts)

    def objects(self, name: str, *, least_items: int = 1) -> "list[JsonFields]":
        """Read a list of objects; absent is an empty list."""
        inside = []
        for at, value in enumerate(self._listed(name, least_items)):
            if isinstance(value, dict):
                path = f"{self._path}{name}[{at}]."
                inside.append(JsonFields(value, path=path, faults=self._faults))
            else:
                self._wrong(f"{name}[{at}]", "must be a JSON object")
        return inside

    def only(self, *names: str) -> None:
        """Report members of other names: a misspelt one that is silently ignored is a trap."""
        for name in sorted(self._members.keys() - set(names)):
            self._wrong(name[:NAME_CHARACTERS_MAX], "is not known here")

    def _listed(self, name: str, least_items: int) -> list[object]:
        value = self._members.get(name, [])
        if isinstance(value, list) and len(value) >= least_items:
            return value
        self._wrong(name, f"must be a list of at least {least_items}")
        return []

    def done(self) -> None:
        """Raise BadFields with everything that was wrong; nothing when all was right."""
        if self._faults:
            raise BadFields(tuple(self._faults))

    def _wrong(self, name: str, message: str) -> None:
        self._faults.append(FieldFault(f"{self._path}{name}", message))


def _fault_of(
    value: str,
    *,
    most: int,
    least: int,
    pattern: str | None,
    check: Callable[[str], object] | None,
) -> str | None:
    """Say what is wrong with a text; None when nothing is."""
    if not least <= len(value) <= most:
        return f"must have {least} to {most} characters"
    if not _is_unicode(value):
        return "must be Unicode text"
    if pattern is not None and re.fullmatch(pattern, value, re.ASCII) is None:
        return f"must match {pattern}"
    try:
        if check is not None:
            check(value)
    except TheyErred as error:
        return str(error)
    return None


def _is_unicode(value: str) -> bool:
    """Half a surrogate pair or a NUL is no text: no database keeps it and no page shows it."""
    return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
