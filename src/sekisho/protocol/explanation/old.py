"""Explains messages of 3-D Secure 1.0.2, in the terms of that generation."""

from collections.abc import Iterator
from typing import Final

from sekisho.protocol.explanation.explained import (
    ExplainedElement,
    ExplainedFault,
    Explanation,
    NoMessage,
    Reported,
)
from sekisho.protocol.explanation.keys import Trust
from sekisho.protocol.explanation.unwrapping import Old, unwrapped
from sekisho.protocol.threeds1 import (
    ErrorCode,
    Inspection,
    MessageName,
    ThreeDS1Fault,
    inspect,
    verify,
)
from sekisho.protocol.threeds1 import Trust as Signers
from sekisho.protocol.threeds1.findings import Finding, verdict
from sekisho.protocol.threeds1.inspection import InspectedElement, InspectedFault
from sekisho.protocol.threeds1.merchant_plug_in import ECHOED
from sekisho.protocol.vocabulary import Reading

SUBJECT: Final = "a message of 3-D Secure 1.0.2"


def explained_old(
    captured: Old, reply_to: bytes | None, understood: frozenset[str], trust: Trust | None
) -> Explanation:
    """Explain a document; there is one reading of 1.0.2, and it stands for both.

    A PARes is verified where roots are given, and held against the PAReq that it answers.
    Raises NoMessage for a reply to what is no message of 1.0.2.
    """
    if captured.fault is not None:
        return _explained(captured, None, None, (), (_of(captured.fault),))
    seen = inspect(captured.xml, understood=understood)
    faults = list(seen.faults)
    if seen.message_type is MessageName.PARES and not faults:
        faults += _differing(seen, reply_to) if reply_to is not None else ()
        faults += _distrusted(captured.xml, trust, understood) if trust is not None else ()
        verified = trust is not None and all(each.element != "Signature" for each in faults)
        words = f"{captured.came_as}; signature verified"
        captured = captured._replace(came_as=words) if verified else captured
    return _explained(captured, seen.message_type, seen.version, seen.elements, tuple(faults))


def _differing(seen: Inspection, reply_to: bytes) -> Iterator[InspectedFault]:
    """Name what a PARes does not give back as the PAReq had it (protocol facts, section 12.3)."""
    earlier = unwrapped(reply_to)
    if not isinstance(earlier, Old):
        raise NoMessage(
            "the earlier one is no message of 3-D Secure 1.0.2, and a PARes answers nothing else"
        )
    asked = {each.path: each.value for each in inspect(earlier.xml).elements}
    for each in seen.elements:
        expected = asked.get(each.path.replace("PARes.", "PAReq.", 1))
        name = each.path.removeprefix("PARes.")
        if name in ECHOED and expected is not None and each.value != expected:
            rule = f"as in the PAReq: {expected}"
            yield InspectedFault(ErrorCode.FORMAT_INVALID, name, each.path, rule)


def _distrusted(xml: bytes, trust: Trust, understood: frozenset[str]) -> Iterator[InspectedFault]:
    try:
        verify(xml, trust=Signers(roots=trust.roots), at=trust.at, understood=understood)
    except ThreeDS1Fault as fault:
        yield _of(fault)


def _explained(
    captured: Old,
    kind: MessageName | None,
    version: str | None,
    elements: tuple[InspectedElement, ...],
    faults: tuple[InspectedFault, ...],
) -> Explanation:
    values = {each.path: each.value for each in elements}
    reported = verdict(Finding(each.error_code, each.error_detail, each.rule) for each in faults)
    answer = (
        {}
        if reported is None
        else dict.fromkeys(
            Reading, Reported(error_code=reported[0], error_detail=",".join(reported[1]))
        )
    )
    return Explanation(
        came_as=captured.came_as,
        subject=kind.value if kind else SUBJECT,
        message_type=kind,
        message_version=version,
        read_as=None,
        listed_by=None,
        channel=None,
        category=None,
        receiver=None,
        elements=tuple(_element(each) for each in elements),
        faults=tuple(_fault(each, values) for each in faults),
        reported=answer,
    )


def _of(fault: ThreeDS1Fault) -> InspectedFault:
    rule = fault.reason or fault.error_message
    return InspectedFault(fault.error_code, fault.error_detail, fault.error_detail, rule)


def _element(seen: InspectedElement) -> ExplainedElement:
    return ExplainedElement(
        name=seen.path, value=seen.value, title=seen.meaning, inclusion=None, meaning=None,
        remark="",
    )  # fmt: skip


def _fault(seen: InspectedFault, values: dict[str, str]) -> ExplainedFault:
    return ExplainedFault(
        error_code=seen.error_code,
        error_detail=seen.error_detail,
        element=seen.element,
        expected=seen.rule,
        found=f'"{values[seen.element]}"' if seen.element in values else "absent, or not so",
        rule=f"protocol facts of 1.0.2, error {seen.error_code.value}",
        readings=tuple(Reading),
    )
