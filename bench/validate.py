"""Validating a full AReq, beside pydantic v2 on an equivalent model made from the same table."""

import json
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from bench.areq import AREQ, AREQ_BYTES, AREQ_BYTES_SPACED
from bench.figures import Figure, best_us
from sekisho.protocol import Category, Channel, Component, ProtocolFault, Reading, Version, parse
from sekisho.protocol.elements import Element, Kind, Shape, elements_of
from sekisho.protocol.vocabulary import Form

SHAPES = {
    Shape.DIGITS: r"^[0-9]*$",
    Shape.UUID: r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
    Shape.URL: r"^https?://\S+$",
    Shape.DATE: r"^[0-9]{8}$",
    Shape.MINUTE: r"^[0-9]{12}$",
    Shape.MOMENT: r"^[0-9]{14}$",
    Shape.COUNTRY: r"^[0-9]{3}$",
    Shape.CURRENCY: r"^[0-9]{3}$",
    Shape.EMAIL: r"^[^@\s]+@[^@\s]+$",
    Shape.IP: r"^[0-9a-fA-F.:]+$",
    Shape.LANGUAGE: r"^[A-Za-z0-9-]+$",
    Shape.VERSION: r"^[0-9]+\.[0-9]+\.[0-9]+$",
}


def equivalent_model(version: Version) -> type[BaseModel]:
    """Build the pydantic model that checks types, lengths, patterns, codes and presence."""
    rows = elements_of(Form.AREQ, version, Channel.BROWSER, Category.PAYMENT, Reading.STRICT)
    fields = {name: _field(row, required=letter == "R") for name, (row, letter) in rows.items()}
    return _model("AReq", fields)


def _model(name: str, fields: dict[str, Any]) -> type[BaseModel]:  # Any: pydantic's own form
    config = ConfigDict(extra="ignore", strict=True)
    return create_model(name, __config__=config, **fields)


def _field(row: Element, *, required: bool) -> Any:  # Any: pydantic's own form
    kind = _type(row)
    return (kind, ...) if required else (kind | None, None)


def _type(row: Element) -> Any:  # Any: a type made at run time
    if row.kind is Kind.BOOLEAN:
        return bool
    if row.kind is Kind.OBJECT:
        return _model(row.name, _children(row)) if row.children else dict[str, Any]  # Any: free
    if row.kind is Kind.ARRAY:
        item = _model(row.name, _children(row)) if row.children else str
        return Annotated[list[item], Field(max_length=row.items[1])]  # type: ignore[valid-type]
    codes = row.codes_for(Form.AREQ, Version.V220)
    if codes and not row.ds_codes:
        return Literal[tuple(sorted(codes))]
    pattern = row.pattern or SHAPES.get(row.shape)
    least, most = row.size
    return Annotated[
        str, StringConstraints(min_length=least, max_length=most, pattern=_whole(pattern))
    ]


def _whole(pattern: str | None) -> str | None:
    if pattern is None or pattern.startswith("^"):
        return pattern
    # Rust's regular expressions, which pydantic uses, know no look-ahead: a little less work there.
    return f"^(?:{re.sub(r'[(][?]![^)]*[)]', '', pattern)})$"


def _children(row: Element) -> dict[str, Any]:  # Any: pydantic's own form
    return {child.name: _field(child, required=child.letter == "R") for child in row.children}


def run() -> list[Figure]:
    """Measure a valid AReq and one with seven faults, each of which must be named."""
    model = equivalent_model(Version.V220)
    broken = dict(AREQ)
    for name in ("mcc", "merchantName"):
        del broken[name]
    broken["acctInfo"] = {**dict(AREQ["acctInfo"]), "chAccAgeInd": "9"}  # type: ignore[call-overload]
    broken |= {"purchaseDate": "2026-11-23", "email": "", "browserIP": "x y", "addrMatch": "?"}
    broken_bytes = json.dumps(broken, separators=(",", ":")).encode()
    assert model.model_validate_json(AREQ_BYTES)

    def ours() -> object:
        return parse(AREQ_BYTES, receiver=Component.DIRECTORY)

    def theirs() -> object:
        return model.model_validate_json(AREQ_BYTES)

    def ours_spaced() -> object:
        return parse(AREQ_BYTES_SPACED, receiver=Component.DIRECTORY)

    def theirs_spaced() -> object:
        return model.model_validate_json(AREQ_BYTES_SPACED)

    def ours_broken() -> object:
        try:
            return parse(broken_bytes, receiver=Component.DIRECTORY)
        except ProtocolFault as fault:
            return fault

    def theirs_broken() -> object:
        try:
            return model.model_validate_json(broken_bytes)
        except ValidationError as error:
            return error.errors(include_url=False)

    assert isinstance(ours_broken(), ProtocolFault)
    good, good_theirs, spaced, spaced_theirs, bad, bad_theirs = best_us(
        [ours, theirs, ours_spaced, theirs_spaced, ours_broken, theirs_broken], loops=300
    )
    size = len(AREQ_BYTES)
    return [
        Figure(
            name=f"validate a full AReq ({size} bytes)", value=good, unit="us",
            against=f"pydantic v2, equivalent model: {good_theirs:.1f} us", ratio=good / good_theirs,
        ),
        Figure(
            name="the same, written with blanks", value=spaced, unit="us",
            against=f"pydantic v2, equivalent model: {spaced_theirs:.1f} us",
            ratio=spaced / spaced_theirs,
        ),
        Figure(
            name="name the faults of a bad AReq", value=bad, unit="us",
            against=f"pydantic v2, errors(): {bad_theirs:.1f} us", ratio=bad / bad_theirs,
        ),
    ]  # fmt: skip
