"""Reads the forms that browsers post: few fields, once each, of bounded length."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl

from litestar import Request

from sekisho.kernel.errors import TheyErred

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here
FIELDS_MAX: Final = 20
KIND: Final = "application/x-www-form-urlencoded"


class BadForm(TheyErred):
    """The body is not a form, or not one of ours."""


async def read_form(request: AnyRequest) -> Mapping[str, str]:
    """Read a posted form; raises BadForm for anything else and for a field given twice."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != KIND:
        raise BadForm(f"a form of type {KIND} is expected")
    try:
        pairs = parse_qsl(
            (await request.body()).decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=FIELDS_MAX,
            errors="strict",
        )
    except ValueError as error:
        raise BadForm("the form cannot be read") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise BadForm("a field of the form is given twice")
    return form


def field(form: Mapping[str, str], name: str) -> str:
    """Give a field that must be there; BadForm when it is not."""
    value = form.get(name)
    if value is None:
        raise BadForm(f"the form lacks {name}")
    return value
