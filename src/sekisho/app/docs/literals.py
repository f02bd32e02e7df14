"""Reads the sentences that stand in the source: below a field, beside a line of a table."""

import ast
import inspect
import io
import textwrap
import tokenize
from itertools import pairwise
from types import ModuleType


def first_line(thing: object) -> str:
    """Give the first sentence of a docstring; empty when there is none."""
    lines = (inspect.getdoc(thing) or "").splitlines()
    return lines[0] if lines else ""


def field_texts(kind: type) -> dict[str, str]:
    """Give the docstring literal below each field of a dataclass or member of an enum."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    (outer,) = tree.body
    return _texts(outer.body) if isinstance(outer, ast.ClassDef) else {}


def constant_texts(module: ModuleType) -> dict[str, str]:
    """Give the docstring literal below each constant of a module."""
    return _texts(ast.parse(inspect.getsource(module)).body)


def table_remarks(module: ModuleType, name: str) -> dict[int, str]:
    """Give the comments on a module's table, by the number of the entry that each stands at.

    A comment belongs to the entry on its line, or, on a line of its own, to the next entry.
    """
    source = inspect.getsource(module)
    table = _dictionary(source, name)
    comments = {
        token.start[0]: token.string.lstrip("# ").rstrip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    remarks: dict[int, str] = {}
    for number, (key, value) in enumerate(zip(table.keys, table.values, strict=True)):
        if key is None:
            continue
        above: list[str] = []
        line = key.lineno - 1
        while line in comments and source.splitlines()[line - 1].lstrip().startswith("#"):
            above.insert(0, comments[line])
            line -= 1
        beside = comments.get(value.end_lineno or 0)
        words = " ".join([*above, *([beside] if beside else [])])
        if words:
            remarks[number] = words
    return remarks


def assigned_names(module: ModuleType) -> list[str]:
    """List the names that a module itself gives a value to, in the order of its source."""
    names = []
    for node in ast.parse(inspect.getsource(module)).body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        names += [target.id for target in targets if isinstance(target, ast.Name)]
    return names


def _texts(body: list[ast.stmt]) -> dict[str, str]:
    texts = {}
    for node, below in pairwise(body):
        names: list[str] = []
        match node:
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case ast.Assign(targets=[ast.Name(id=name)]):
                names = [name]
        match below:
            case ast.Expr(value=ast.Constant(value=str(text))):
                texts.update({name: " ".join(text.split()) for name in names})
    return texts


def _dictionary(source: str, name: str) -> ast.Dict:
    for node in ast.parse(source).body:
        match node:
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.Dict() as table) if (
                found == name
            ):
                return table
    raise LookupError(f"no table {name} in this module")
