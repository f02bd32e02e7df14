"""Prints the table of 3-D Secure 1.0.2: guarantees, every message, codes, what an answer is worth."""

from collections.abc import Iterator, Mapping
from typing import Final

from sekisho.kernel.brands import BRANDS, Brand
from sekisho.protocol.threeds1.element import Format
from sekisho.protocol.threeds1.findings import REPORTED_FIRST
from sekisho.protocol.threeds1.forms import INFLATED_BYTES_MAX, MD_CHARACTERS_MAX
from sekisho.protocol.threeds1.outcomes import RULES, outcome
from sekisho.protocol.threeds1.records import BODIES, MESSAGE_ID
from sekisho.protocol.threeds1.rows import Row, rows_of
from sekisho.protocol.threeds1.safe_xml import MESSAGE_LIMITS, RANGES_LIMITS
from sekisho.protocol.threeds1.signature import CERTIFICATES_MAX
from sekisho.protocol.threeds1.vocabulary import ERROR_MEANINGS, IREQ_MEANINGS

INTRODUCTION: Final = f"""# 3-D Secure 1.0.2

<!-- Printed from sekisho.protocol.threeds1 by `make docs`; do not edit. -->

The generation before EMV 3DS, which the schemes ended in October 2022, as `sekisho.protocol.threeds1` reads,
writes, signs and verifies it: for emulation, tests and old captures. The merchant plug-in,
the Directory Server and the ACS speak it where their settings say so (`threeds1`).

The documents of the schemes are not public. Elements, codes and the signature are of medium confidence (a public
excerpt of the DTD, real messages, lists of gateways); where the table says *low*, lengths are knowledge of
practitioners only. The order of elements is of low confidence as well: we write that of the table and read any.

## What is guaranteed

- A message that `parse` returns satisfies every rule below; one that `build` or `encode` lets pass does so too, otherwise
  it raises `Misuse`.
- Whatever the bytes, `parse`, `inflated` and `verify` raise `ThreeDS1Fault` or nothing. The fault has one errorCode and the
  names of **all** elements that this code concerns; where several codes apply, the first of
  {", ".join(code.value for code in REPORTED_FIRST)} is told.
- XML is UTF-8 without document type, comment or processing instruction; of at most {MESSAGE_LIMITS.octets // 1024} KiB, {MESSAGE_LIMITS.tags:,} tags and
  {MESSAGE_LIMITS.depth} levels ({RANGES_LIMITS.octets // 1024 // 1024} MiB and {RANGES_LIMITS.tags:,} tags where card ranges are awaited). Nothing is fetched.
- PaReq and PaRes inflate to {INFLATED_BYTES_MAX // 1024} KiB at most, with nothing behind the end of the stream. An MD of ours is printable
  ASCII of at most {MD_CHARACTERS_MAX} characters; a TermUrl is https, or http to loopback.
- `verify` gives what was signed: exactly one reference, to the PARes that is read, whose id nothing else in the document has;
  Canonical XML of 2001, RSA with SHA-1 or SHA-256; 1 to {CERTIFICATES_MAX} certificates from the signer on, good at the time that the caller
  names. Anything else in the signature is refused, keys and HMACs that it brings along first of all.
- `check_pares` names every element of a PARes that is not as the PAReq had it; message id, xid, date, amount, merchant, the
  card's last four digits, and the ECI and CAVV algorithm of the brand.
- No record prints what it holds; a fault holds names of this page and the id of the message.

## Messages

An attribute begins with `@`. Required: R; conditional: C; optional: O; `*` may be repeated. An empty required element is missing
(3), an empty optional one is in a wrong format (5), and so is whatever the table does not list.
"""


def threeds1_page() -> str:
    """Give the page."""
    parts = [INTRODUCTION, *_envelope()]
    for name, record in BODIES.items():
        parts.append(f"\n### {name.value}\n\n{_purpose(record)}\n")
        parts.extend(_HEADS)
        parts.extend(_rows(rows_of(record), ""))
    parts.extend(_codes("## errorCode of an Error", ERROR_MEANINGS))
    parts.extend(_codes("## iReqCode of an IReq", IREQ_MEANINGS))
    parts.extend(_outcomes())
    return "\n".join(parts).rstrip() + "\n"


_HEADS: Final = (
    "| Element | | Meaning | Form | Confidence of form, length |",
    "|---|---|---|---|---|",
)


def _purpose(record: type) -> str:
    return (record.__doc__ or "").strip().splitlines()[0]


def _envelope() -> Iterator[str]:
    yield "### ThreeDSecure and Message\n\nOne or more messages, each with an id of its own.\n"
    yield from _HEADS
    confidence = f"{MESSAGE_ID.confidence.value}, {MESSAGE_ID.size_confidence.value}"
    yield f"| `Message@id` | R | {MESSAGE_ID.title} | {MESSAGE_ID.rule} | {confidence} |"


def _rows(rows: tuple[Row, ...], path: str) -> Iterator[str]:
    for row in rows:
        if row.is_content:
            at = f"{path} (content)"
        elif row.element.attribute:
            at = f"{path}@{row.name}"
        else:
            at = f"{path}.{row.name}".lstrip(".")
        yield f"| `{at}` | {_presence(row)} | {_meaning(row)} | {_form(row)} | {_confidence(row)} |"
        yield from _rows(row.children, at)


def _presence(row: Row) -> str:
    letter = "R" if row.required else "C" if row.element.needed else "O"
    return letter + ("*" if row.many else "")


def _meaning(row: Row) -> str:
    needed, allowed = row.element.needed, row.element.allowed
    if needed is not None and needed == allowed:
        return f"{row.element.title}; there exactly when {needed.text}"
    return row.element.title + (f"; only when {allowed.text}" if allowed else "")


def _form(row: Row) -> str:
    if row.is_object:
        return "elements"
    if row.element.codes:
        if len(row.element.codes) > _CODES_IN_A_CELL:
            return "a code of the list below"
        return ", ".join(f"`{code}` {meaning}" for code, meaning in row.element.codes.items())
    if row.element.format is Format.VERSION:
        return "`1.0.2`; older is error 6"
    return row.element.rule


_CODES_IN_A_CELL: Final = 4


def _confidence(row: Row) -> str:
    if row.is_object or row.element.codes:
        return row.element.confidence.value
    return f"{row.element.confidence.value}, {row.element.size_confidence.value}"


def _codes(title: str, meanings: Mapping[str, str]) -> Iterator[str]:
    yield f"\n{title}\n\n| Code | Meaning |\n|---|---|"
    for code, meaning in meanings.items():
        yield f"| {code} | {meaning} |"


def _outcomes() -> Iterator[str]:
    yield "\n## What an answer is worth\n"
    yield "ECI by brand, and who bears a fraud chargeback; without an ECI the purchase stops.\n"
    yield f"| VERes | PARes | {' | '.join(BRANDS[brand].name for brand in Brand)} | Liability | Remark |"
    yield f"|---|---|{'---|' * len(Brand)}---|---|"
    for (enrolled, status), rule in RULES.items():
        ecis = [outcome(enrolled, status, brand).eci or "–" for brand in Brand]
        liability = rule.liability.value if rule.liability else "–"
        answered = status.value if status else "–"
        yield f"| {enrolled.value} | {answered} | {' | '.join(ecis)} | {liability} | {rule.remark} |"
