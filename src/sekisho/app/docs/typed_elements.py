"""Prints the element table as typed dictionaries, one module for each version of the protocol.

`make docs` writes them into the package; a test fails when one is not what the table says.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sekisho.protocol import Category, Channel, MessageType, Reading, Version
from sekisho.protocol.elements import Element, Kind, elements_of
from sekisho.protocol.schemas import kinds
from sekisho.protocol.vocabulary import Form

FOLDER: Final = "src/sekisho/protocol/typed_elements"
"""Where the modules stand, under the root of the repository."""


def module_path(version: Version) -> str:
    """Tell where a version's module stands."""
    return f"{FOLDER}/v{version.value.replace('.', '')}.py"


def module_text(version: Version) -> str:
    """Give a version's module."""
    printer = _Printer(version)
    classes = [printer.message(kind) for kind in kinds(version)]
    listed = [f"    MessageType.{kind.name}: {kind.value}," for kind in kinds(version)]
    return "\n".join(
        [
            f'"""The elements of every message of EMV 3-D Secure {version.value}, typed. A table of data.',
            "",
            "Printed from sekisho.protocol.elements by `make docs`; do not edit.",
            '"""',
            "",
            "from collections.abc import Mapping",
            "from typing import Final, Required, TypedDict",
            "",
            "from sekisho.protocol.vocabulary import Json, MessageType",
            "",
            "",
            *(line for text in (*printer.inner.values(), *classes) for line in (text, "", "")),
            "MESSAGES: Final[Mapping[MessageType, type]] = {",
            *listed,
            "}",
            '"""The type of each message."""',
            "",
        ]
    )


def stale_modules(root: Path) -> list[str]:
    """List the modules that are missing or not what the table says."""
    return [
        module_path(version)
        for version in Version
        if not _holds(root / module_path(version), module_text(version))
    ]


def write_modules(root: Path) -> list[str]:
    """Write the modules under the root of the repository; give the paths of those that changed."""
    stale = stale_modules(root)
    for version in Version:
        target = root / module_path(version)
        if module_path(version) in stale:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(module_text(version), encoding="utf-8")
    return stale


def _holds(target: Path, text: str) -> bool:
    return target.is_file() and target.read_text(encoding="utf-8") == text


@dataclass(slots=True)
class _Printer:
    """Prints classes, and remembers those that others refer to."""

    version: Version
    inner: dict[str, str] = field(default_factory=dict)

    def message(self, kind: MessageType) -> str:
        """Print the type of a message, whatever its channel, category and reading."""
        rows: dict[str, Element] = {}
        required: list[set[str]] = []
        for columns in self._columns(kind):
            rows |= {name: row for name, (row, _) in columns.items()}
            required.append({name for name, (_, letter) in columns.items() if letter == "R"})
        always = set[str].intersection(*required)
        told = f"The elements of {kind.value}."
        return self._class(kind.value, told, rows.values(), always, "")

    def _columns(self, kind: MessageType) -> Iterator[dict[str, tuple[Element, str]]]:
        forms = [Form(kind.value)] + ([Form.FINAL_CRES] if kind is MessageType.CRES else [])
        for form in forms:
            for channel in Channel:
                for category in Category:
                    for reading in Reading:
                        rows = elements_of(form, self.version, channel, category, reading)
                        if rows:
                            yield rows

    def _class(
        self, name: str, told: str, rows: Iterable[Element], always: set[str], path: str
    ) -> str:
        lines = [f"class {name}(TypedDict, total=False):", f'    """{told}"""', ""]
        for row in rows:
            kind = self._type(row, path)
            shown = f"Required[{kind}]" if row.name in always else kind
            lines.append(f"    {row.name}: {shown}")
        return "\n".join(lines)

    def _type(self, row: Element, path: str) -> str:
        if row.kind is Kind.TEXT:
            return "str"
        if row.kind is Kind.BOOLEAN:
            return "bool"
        if row.kind is Kind.PAIRS:
            return "list[dict[str, str]]"
        if row.kind is Kind.ANY:
            return "str | dict[str, Json]"
        item = self._object(row, path) if row.kind is Kind.OBJECT or row.children else "str"
        return f"list[{item}]" if row.kind is Kind.ARRAY else item

    def _object(self, row: Element, path: str) -> str:
        if row.free or not row.children:
            return "dict[str, Json]"
        name = f"{path}{row.name[0].upper()}{row.name[1:]}"
        always = {child.name for child in row.children if child.letter == "R"}
        told = f"{row.title or row.name}." if row.kind is Kind.OBJECT else f"One of {row.name}."
        self.inner[name] = self._class(name, told, row.children, always, name)
        return name
