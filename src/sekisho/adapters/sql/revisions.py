"""Finds which migrations a database lacks, without importing alembic.

Revisions are alembic's: files with `revision` and `down_revision`, one chain to a folder. They are
read as text; only when some are pending is alembic asked to write out their SQL, which the room's
own driver then runs. No second driver ever touches the database.
"""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sekisho.adapters.sql.faults import DatabaseTooNew
from sekisho.kernel.errors import Misuse

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_REVISION_NAME: Final = re.compile(r"[A-Za-z0-9_]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One migration file."""

    name: str
    after: str | None
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """The chain of revisions of one folder, and where a database remembers how far it came."""

    label: str
    chain: tuple[Revision, ...]

    @property
    def version_table(self) -> str:
        """Name the table with the one row that says the current revision."""
        return f"alembic_version_{self.label}"

    @property
    def version_table_sql(self) -> str:
        """Make the version table if it is not there."""
        return (
            f"CREATE TABLE IF NOT EXISTS {self.version_table} "
            "(version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
        )

    @property
    def current_sql(self) -> str:
        """Ask for the current revision."""
        return f"SELECT version_num FROM {self.version_table}"  # noqa: S608  a checked name

    def pending(self, current: str | None) -> tuple[Revision, ...]:
        """List what a database at `current` lacks; DatabaseTooNew if it knows more than we do."""
        if current is None:
            return self.chain
        names = [revision.name for revision in self.chain]
        if current not in names:
            raise DatabaseTooNew(
                f"the tables of {self.label} are at revision {current}, which this version of the "
                "program does not know: start the newer version, or restore an older backup"
            )
        return self.chain[names.index(current) + 1 :]

    def script(self, current: str | None, dialect: str) -> str | None:
        """Write the SQL that brings a database from `current` to the end; None if it is there."""
        pending = self.pending(current)
        if not pending:
            return None
        from sekisho.adapters.sql.rendering import render_upgrade  # noqa: PLC0415  1.3 s of import

        statements = render_upgrade([revision.path for revision in pending], dialect)
        last = pending[-1].name
        return (
            f"{statements}\nDELETE FROM {self.version_table};\n"
            f"INSERT INTO {self.version_table} (version_num) VALUES ('{last}');\n"
        )


def read_upgrade(folder: Path) -> Upgrade:
    """Read a folder of migrations: `…/<label>/migrations`."""
    label = folder.parent.name if folder.name == "migrations" else folder.name
    if not _NAME.fullmatch(label):
        raise Misuse(f"{label!r} does not serve as a part of a table's name")
    revisions = [_read(path) for path in sorted(folder.glob("[0-9a-z]*.py"))]
    return Upgrade(label=label, chain=_chained(folder, revisions))


def _chained(folder: Path, revisions: list[Revision]) -> tuple[Revision, ...]:
    following = {revision.after: revision for revision in revisions}
    chain: list[Revision] = []
    name: str | None = None
    while (revision := following.pop(name, None)) is not None:
        chain.append(revision)
        name = revision.name
    if not chain or len(chain) != len(revisions):
        raise Misuse(f"the migrations in {folder} are not one chain from a first revision")
    return tuple(chain)


def _read(path: Path) -> Revision:
    values = _assigned(ast.parse(path.read_text(encoding="utf-8")))
    name, after = values.get("revision"), values.get("down_revision")
    if not isinstance(name, str) or not _REVISION_NAME.fullmatch(name):
        raise Misuse(f"{path} does not name its revision in 1 to 32 letters, digits, underscores")
    if after is not None and not isinstance(after, str):
        raise Misuse(f"{path} follows more than one revision; keep one chain")
    return Revision(name=name, after=after, path=path)


def _assigned(module: ast.Module) -> dict[str, object]:
    """Read a module's plain assignments of literals, with or without a type."""
    values: dict[str, object] = {}
    for node in module.body:
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        else:
            continue
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant):
                values[target.id] = node.value.value
            elif isinstance(target, ast.Name):
                values[target.id] = node.value
    return values
