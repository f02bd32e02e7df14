"""Named parameters become PostgreSQL's numbers, and nothing else in a statement is touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.adapters.sql.parameters import compile_statement
from sekisho.kernel.errors import Misuse


@pytest.mark.parametrize(
    ("sql", "text", "names"),
    [
        ("SELECT 1", "SELECT 1", ()),
        ("a = :a AND b = :b", "a = $1 AND b = $2", ("a", "b")),
        ("a = :a OR b = :b OR c = :a", "a = $1 OR b = $2 OR c = $1", ("a", "b")),
        ("CAST(:a AS TEXT), :a::text", "CAST($1 AS TEXT), $1::text", ("a",)),
        ("':a' || ':b''s' || :c", "':a' || ':b''s' || $1", ("c",)),
        ('":a" = :a', '":a" = $1', ("a",)),
        ("a -- it's :b\n= :c", "a -- it's :b\n= $1", ("c",)),
        ("a /* :b; ? */ = :c", "a /* :b; ? */ = $1", ("c",)),
        ("(:a,:b)", "($1,$2)", ("a", "b")),
        (":a_1 + :A", "$1 + $2", ("a_1", "A")),
    ],
)
def test_only_parameters_are_rewritten(sql: str, text: str, names: tuple[str, ...]) -> None:
    """Colons in literals, quoted names, comments and casts are none."""
    compiled = compile_statement(sql)
    assert (compiled.text, compiled.names) == (text, names)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; DROP TABLE payment",
        "a = ?",
        "a = $1",
        "a = @a",
        "`a` = 1",
        "a = 'open",
        'a = "open',
        "a = : b",
        "a = :1",
    ],
)
def test_what_one_database_would_read_differently_is_refused(sql: str) -> None:
    """One statement, one style of parameter, every quote closed."""
    with pytest.raises(Misuse):
        compile_statement(sql)


@pytest.mark.parametrize("values", [{}, {"a": 1, "b": 2}, {"b": 1}])
def test_values_and_parameters_must_be_the_same(values: dict[str, int]) -> None:
    """SQLite alone would let a spare value pass and PostgreSQL would not."""
    with pytest.raises(Misuse):
        compile_statement("SELECT :a").arguments(values)


def test_values_come_in_the_order_of_the_numbers() -> None:
    """However the caller names them."""
    compiled = compile_statement("b = :b AND a = :a AND b < :b")
    assert compiled.arguments({"a": 1, "b": 2}) == [2, 1]


PIECES = st.sampled_from(
    [" ", "a", "=", ":n", ":m", "'t'", "':n'", '":m"', "::", "--:n\n", "/*'*/"]
)


@given(st.lists(PIECES, max_size=12).map(" ".join))
def test_the_text_without_parameters_stays_the_same(sql: str) -> None:
    """Putting the names back gives the statement that was written."""
    compiled = compile_statement(sql)
    text = compiled.text
    for number, name in enumerate(compiled.names, start=1):
        text = text.replace(f"${number}", f":{name}")
    assert text == sql


@given(st.text(max_size=60))
def test_any_text_is_compiled_or_refused_as_misuse(sql: str) -> None:
    """Nothing else comes out of the compiler."""
    try:
        compiled = compile_statement(sql)
    except Misuse:
        return
    assert len(compiled.names) == len(compiled.known)
