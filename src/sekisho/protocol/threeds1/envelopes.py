"""The envelope: `ThreeDSecure` holds one or more `Message`, each with an id and one message."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from lxml import etree

from sekisho.protocol.threeds1.faults import ThreeDS1Fault
from sekisho.protocol.threeds1.findings import Finding, findings_in, has_text
from sekisho.protocol.threeds1.records import MESSAGE_ID
from sekisho.protocol.threeds1.safe_xml import unreadable
from sekisho.protocol.threeds1.vocabulary import ErrorCode, MessageName

ROOT: Final = "ThreeDSecure"
MESSAGE: Final = "Message"
SIGNATURE_TAG: Final = "{http://www.w3.org/2000/09/xmldsig#}Signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One `Message` element as it came, and everything that is wrong with it."""

    id: str
    """Empty: there is none in good form."""
    name: MessageName | None
    """None: it holds none of the defined messages, or several."""
    body: etree._Element
    """The message inside; without one, the envelope itself."""
    signature: etree._Element | None
    findings: tuple[Finding, ...]


def envelopes_in(root: etree._Element, understood: Collection[str] = ()) -> tuple[Envelope, ...]:
    """Look into every message of a document.

    Raises ThreeDS1Fault when it is no document of 1.0.2: 1 for another root, 2 for anything beside
    messages, 3 for no message.
    """
    if root.tag != ROOT or root.attrib:
        raise unreadable("another root element")
    if has_text(root) or any(child.tag != MESSAGE for child in root):
        raise ThreeDS1Fault(ErrorCode.MESSAGE_UNDEFINED, elements=(ROOT,))
    if not len(root):
        raise ThreeDS1Fault(ErrorCode.ELEMENT_MISSING, elements=(MESSAGE,))
    ids = Counter(element.get("id") for element in root)
    return tuple(
        _envelope(element, understood, unique=ids[element.get("id")] == 1) for element in root
    )


def _envelope(element: etree._Element, understood: Collection[str], *, unique: bool) -> Envelope:
    given = element.get("id")
    findings = _id_findings(given, unique=unique)
    if has_text(element) or set(element.attrib) - {"id"}:
        findings.append(Finding(ErrorCode.FORMAT_INVALID, MESSAGE, "an id and one message"))
    signatures = [child for child in element if child.tag == SIGNATURE_TAG]
    bodies = [child for child in element if child.tag != SIGNATURE_TAG]
    name = _NAMES.get(str(bodies[0].tag)) if len(bodies) == 1 else None
    if name is None:
        findings.append(Finding(ErrorCode.MESSAGE_UNDEFINED, MESSAGE, "one of the messages"))
        body = element
    else:
        body = bodies[0]
        # Each once: a hundred thousand card ranges may all be wrong in the same way.
        findings.extend(dict.fromkeys(findings_in(body, name, understood)))
    if len(signatures) > (name is MessageName.PARES):
        findings.append(Finding(ErrorCode.FORMAT_INVALID, "Signature", "one, beside a PARes"))
    return Envelope(
        id=given if given and MESSAGE_ID.fits(given) else "",
        name=name,
        body=body,
        signature=signatures[0] if signatures else None,
        findings=tuple(findings),
    )


_NAMES: Final = {name.value: name for name in MessageName}


def _id_findings(given: str | None, *, unique: bool) -> list[Finding]:
    at = f"{MESSAGE}.id"
    if not given:
        return [Finding(ErrorCode.ELEMENT_MISSING, at, "required")]
    if not MESSAGE_ID.fits(given):
        return [Finding(ErrorCode.FORMAT_INVALID, at, MESSAGE_ID.rule)]
    return [] if unique else [Finding(ErrorCode.FORMAT_INVALID, at, "once in a document")]
