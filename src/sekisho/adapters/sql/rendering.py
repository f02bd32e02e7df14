"""Has alembic write out migrations as SQL. Imported only when some are pending: it takes a second."""

import importlib.util
import io
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from sekisho.kernel.errors import Misuse


def render_upgrade(paths: Sequence[Path], dialect: str) -> str:
    """Write the SQL of these revisions' `upgrade()`, in order, without a database."""
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name=dialect, opts={"as_sql": True, "output_buffer": buffer}
    )
    with Operations.context(context):
        for path in paths:
            _load(path).upgrade()
    return buffer.getvalue()


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"sekisho_migration_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise Misuse(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
