"""Prints the element table: guarantees, a matrix for every message, then every element."""

from collections.abc import Iterable, Iterator
from typing import Final

from sekisho.protocol import Category, Channel, Version
from sekisho.protocol.checks.cross import RULES
from sekisho.protocol.elements import ELEMENTS, Element, Kind, Shape
from sekisho.protocol.elements.condition import ALWAYS
from sekisho.protocol.scheme_rules import SCHEMES, SchemeRules
from sekisho.protocol.vocabulary import Form

INTRODUCTION: Final = """# Data elements

<!-- Printed from sekisho.protocol.elements by `make docs`; do not edit. -->

What every message of EMV 3-D Secure 2.1.0, 2.2.0 and 2.3.1 may and must hold, as Sekisho reads and
writes it. The same table checks the messages: what stands here is what happens.

## What is guaranteed

- A message that `parse` returns satisfies every rule below for its version, channel and category.
- A message that `build` returns does so by the strict reading; otherwise it raises `Misuse`.
- Whatever the bytes, `parse` raises `ProtocolFault` or nothing. The fault has one error code and the
  names of **all** elements that this code concerns; where several codes apply, missing elements (201)
  come first, then formats (203), duplicates (204), reserved values (207), ISO codes (304), critical
  extensions (202), unknown transactions (301), results that were not announced (313).
- Members that this page does not list for a message are ignored, do not travel on, and are kept in
  `Message.received`.
- Absent, null and empty are alike for the question whether an element is present; an optional element
  that is sent null or empty is error 203.
- A condition that only the market or the sender's knowledge decides is not enforced; every other
  condition is, and is spelt out at its element or under [rules across elements](#rules-across-elements).
- What is the Directory Server's to decide is held where the caller names the [card scheme](#card-schemes).
- Lengths count characters. URLs are https, or http to `localhost`, `*.localhost` and `127.0.0.1` only.
- Values 80 to 99 are accepted where they are the Directory Server's to define; with a scheme, only those
  that it defines (else 203, since 2.3.1 207).
- A final CRes with a transStatus that it may not have is not answered at all (`fault.answerable`).
"""

LEGEND: Final = """## Which message holds what

R required, C conditional, O optional, – not there. Two letters: payment, non-payment. A blank column is
a version that does not know the element.
"""

_FORM_TITLES: Final[dict[Form, str]] = {
    Form.CRES: "CRes (all but the last)",
    Form.FINAL_CRES: "CRes (the last)",
}


def elements_page() -> str:
    """Give the page."""
    parts = [INTRODUCTION, *_disputes(), LEGEND]
    for form in Form:
        parts.extend(_matrix(form))
    parts.extend(_rules())
    parts.extend(_schemes())
    parts.append("\n## Every element\n")
    for element in ELEMENTS:
        parts.extend(_entry(element))
    return "\n".join(parts).rstrip() + "\n"


def _disputes() -> Iterator[str]:
    """Tell where sources disagree and what each reading makes of it."""
    yield "## Where sources disagree\n"
    yield "Input is read leniently unless asked otherwise; output is strict.\n"
    for element in ELEMENTS:
        for reading, versions in element.read.items():
            yield f"- `{element.name}` in {', '.join(versions)}, {reading.value}: {element.note}"
    yield "- An optional object sent as `{}` passes the lenient reading if nothing in it is required."
    yield (
        "- `acsChallengeMandated`, `acsDecConInd`, `authenticationType`, `authenticationMethod` and "
        "`transStatusReason` beside a transStatus that does not call for them pass the lenient reading."
    )
    yield (
        "- What is out of place without doing harm passes the lenient reading too: parts of a screen that "
        "its kind has no room for, `authenticationType` of an abandoned challenge, `authenticationMethod` of "
        "2.2.0 after the Directory Server, `challengeErrorReporting` without its `challengeCancel`."
    )
    yield "- `startRange`, `endRange` inside `cardRangeData.ranges` of 2.3.1 are read as `start`, `end`."
    yield "- `merchantCountryCode` and the other countries may be 900, as JCB and CB have it.\n"


def _matrix(form: Form) -> Iterator[str]:
    rows = [element for element in ELEMENTS if _anywhere(element, form)]
    channels = _by_channel(form)
    yield f"\n### {_FORM_TITLES.get(form, form.value)}\n"
    heads = [
        f"{version.value} {channel.name.lower().replace('three_ri', '3RI')}"
        if channels
        else version
        for version in Version
        for channel in (Channel if channels else (Channel.BROWSER,))
    ]
    yield f"| Element | {' | '.join(heads)} |"
    yield f"|---|{'---|' * len(heads)}"
    for element in rows:
        cells = [
            _cell(element, form, version, channel)
            for version in Version
            for channel in (Channel if channels else (Channel.BROWSER,))
        ]
        yield f"| [{element.name}](#{element.name.lower()}) | {' | '.join(cells)} |"


def _anywhere(element: Element, form: Form) -> bool:
    return any(
        _cell(element, form, version, channel).strip("– ")
        for version in Version
        for channel in Channel
    )


def _by_channel(form: Form) -> bool:
    return any(" " in element.where.get(form, "") for element in ELEMENTS)


def _cell(element: Element, form: Form, version: Version, channel: Channel) -> str:
    if not element.exists_in(version):
        return " "
    row = element.in_version(version)
    letters = [row.inclusion(form, channel, category) for category in Category]
    shown = letters[0] if len(set(letters)) == 1 else "".join(letters)
    return shown.replace("N", "–")


def _rules() -> Iterator[str]:
    """Tell every rule that takes more than one element, with its docstring."""
    yield "\n## Rules across elements\n"
    yield "In the order in which the names they find are reported.\n"
    for form in Form:
        if RULES[form]:
            yield f"- **{_FORM_TITLES.get(form, form.value)}**"
            yield from (f"  - {' '.join((rule.__doc__ or '').split())}" for rule in RULES[form])
    yield (
        "- **message extensions**, in every message: no id twice (204), every critical one understood "
        "(202). Read strictly, a critical one is EMVCo's, and a bridging extension tells its version "
        "and carries elements in the form of 2.3.1."
    )
    yield (
        "- **the clock**, where `parse` is told the time: an AReq of 2.3.1 on its way to the Directory "
        "Server has purchaseDate and sdkSignatureTimestamp within 30 minutes (203)."
    )


def _schemes() -> Iterator[str]:
    """Tell what each card scheme adds."""
    yield "\n## Card schemes\n"
    yield (
        "What `parse(…, scheme=…)` and `build(…, scheme=…)` hold besides, from `protocol.scheme_rules`. "
        "The schemes' own documents are not public: `with_codes` adds what you know from yours.\n"
    )
    for rules in SCHEMES.values():
        yield f"### {rules.name}\n"
        yield f"- Directory Server {rules.directory_server_id}."
        for element, codes in rules.codes.items():
            listed = "; ".join(f"`{code}` {meaning}" for code, meaning in codes.items())
            yield f"- `{element}`: {listed}."
        for demand in rules.demands:
            words = "" if demand.when is ALWAYS else f" when {demand.when.text}"
            yield f"- Required in {demand.form.value}: `{demand.element}`{words} ({demand.why})."
        ecis = "; ".join(
            f"{status} {' '.join(sorted(codes))}" for status, codes in rules.eci.items()
        )
        yield f"- ECI of a payment by transStatus: {ecis}."
        yield from _peculiarities(rules)
        yield ""


def _peculiarities(rules: SchemeRules) -> Iterator[str]:
    if rules.non_payment_eci:
        yield f"- ECI of a non-payment: {' '.join(sorted(rules.non_payment_eci))}."
    for category, answer in rules.answers.items():
        said = ", ".join(
            f"{name} {value}" if value else f"no {name}" for name, value in answer.items()
        )
        yield f"- `messageCategory` {category} is answered with {said}."
    if rules.never_status:
        yield f"- transStatus is never {' '.join(sorted(rules.never_status))}."
    if rules.informed_by:
        wishes = " ".join(sorted(rules.informed_by))
        yield f"- transStatus I also answers challenge indicator {wishes}."
    if rules.requestor_id:
        yield f"- `threeDSRequestorID` matches `{rules.requestor_id}`."
    if rules.market_country:
        yield "- Countries may be 900."


def _entry(element: Element) -> Iterator[str]:
    yield f"\n### {element.name}\n"
    yield f"{element.title}. {_life(element)}".rstrip() + "\n"
    yield f"- {_form(element)}"
    yield from _codes(element, "")
    for what, conditions in (("Required", element.needed), ("Allowed only", element.allowed)):
        for form, condition in conditions.items():
            yield f"- {what} in {form.value} when {condition.text}."
    for version in Version:
        if version in element.changed and element.exists_in(version):
            older = element.in_version(version)
            if _form(older) != _form(element):
                yield f"- In {version.value}: {_form(older)}"
    if element.note:
        yield f"- {element.note}"
    for child in element.children:
        yield from _child(child, 0)


def _child(child: Element, depth: int) -> Iterator[str]:
    pad = "  " * depth
    words = {"R": "required", "C": "conditional", "O": "optional"}[child.letter]
    if child.child_needed is not None:
        words += f", required when {child.child_needed.text}"
    yield f"{pad}- `{child.name}` ({words}): {_form(child)} {_life(child)}".rstrip()
    yield from _codes(child, pad + "  ")
    for inner in child.children:
        yield from _child(inner, depth + 1)


def _life(element: Element) -> str:
    if element.until is not None and element.until == element.since:
        return f"Only in {element.since.value}."
    if element.until is not None:
        return f"Up to {element.until.value}."
    return "" if element.since is Version.V210 else f"Since {element.since.value}."


def _form(element: Element) -> str:
    """Say in one line what the value looks like."""
    if element.kind is Kind.BOOLEAN:
        return "true, never false." if element.pattern == "true" else "true or false."
    words = [element.kind.value]
    if element.kind in (Kind.ARRAY, Kind.PAIRS):
        words.append(_counted(element.items, "item"))
    if element.kind in (Kind.TEXT, Kind.ANY, Kind.ARRAY, Kind.PAIRS) and not element.children:
        words.append(_counted(element.size, "character"))
    if element.json_most is not None:
        words.append(f"at most {element.json_most} characters as JSON")
    if element.pattern is not None:
        words.append(f"`{element.pattern.replace('|', chr(92) + '|')}`")
    elif element.shape is not Shape.TEXT:
        words.append(element.shape.value)
    return ", ".join(words) + "."


def _counted(bounds: tuple[int, int | None], what: str) -> str:
    least, most = bounds
    if most is None:
        return f"{least} or more {what}s"
    if least == most:
        return f"{least} {what}" if least == 1 else f"{least} {what}s"
    return f"{least} to {most} {what}s"


def _codes(element: Element, pad: str) -> Iterator[str]:
    if not element.codes:
        return
    yield f"{pad}- Values: " + "; ".join(_listed_codes(element)) + "."
    if element.ds_codes:
        yield f"{pad}- 80 to 99 are the Directory Server's; other two digits are reserved."
    for form, versions in element.codes_in.items():
        lists = ", ".join(
            f"{version.value} {' '.join(codes)}" for version, codes in versions.items()
        )
        yield f"{pad}- In {form.value} only: {lists}."


def _listed_codes(element: Element) -> Iterable[str]:
    for code, meaning in element.codes.items():
        since = element.codes_since.get(code)
        younger = f" (since {since.value})" if since is not None and since != element.since else ""
        yield f"`{code}` {meaning}{younger}"
