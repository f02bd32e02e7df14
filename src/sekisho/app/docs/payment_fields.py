"""Prints the gateway's mapping table: each member of the payment API and what becomes of it."""

from collections.abc import Iterator, Mapping
from typing import Final

from sekisho.acquirer.gateway.model import mapping
from sekisho.acquirer.gateway.model.mapping import FIELDS, Field
from sekisho.acquirer.gateway.model.rules import Code, Count, Digits, Moment, Rule, Text, YesNo
from sekisho.app.docs.literals import first_line

INTRODUCTION: Final = """# Payment API: fields of an authentication request

<!-- Printed from sekisho.acquirer.gateway.model.mapping by `make docs`; do not edit. -->

What `POST /api/v2/payments` and `POST /api/v2/verifications` take for 3-D Secure, and which EMV 3DS element
each member becomes. The same table reads, checks and translates the requests: what stands here is what
happens.

## What is guaranteed

- A request that misses a required member or holds a wrong value is refused whole (400), and **every** such
  member is named by its path; nothing is authenticated or authorized.
- No answer repeats a value that was refused.
- An element that the message version of the card's issuer does not know, or knows otherwise, is left out or
  translated to the nearest older word; the request is not refused for it.
- A card number comes from the vault for the one message and is kept nowhere here.

## Reading the table

`@` stands for `paymentMethodType.card.paymentAuthenticationRequest` in a payment and for
`paymentMethodType.card.verificationAuthenticationRequest` in a verification. Other members stand at the top
of the request.

| mark | meaning |
|---|---|
| \\* | required for 3-D Secure |
| \\*\\* | required, unless the merchant's profile says that a mandate forbids sending personal data |
|  | optional |

Numbers and their decimal texts are taken alike. A country may be given by two letters, three letters or
three digits. Where there is no element, what uses the member is said below the table.
"""

MORE: Final = """
## What the gateway makes of several members

- `cardholderName` from `accountHolder.firstName` and `lastName` when both are printable ASCII: 2.1 and 2.2
  allow nothing else, and a Japanese name is left out, not mangled.
- `acctInfo.shipNameIndicator` by comparing the two names, unless the merchant states it.
- `recurringFrequency` and `recurringExpiry` are required for the purposes `RECURRING_TRANSACTION` and
  `INSTALLMENT_TRANSACTION`, `purchaseInstalData` for the latter; with other purposes they are not sent.
- `purchaseAmount` must equal the payment's amount: an authentication for one sum does not pay for another.
- `merchantRiskIndicator.giftCardAmount` goes out in whole major units, as EMV 3DS asks; the API takes minor
  units.
- A state needs its country, one half of a telephone number the other.
- `authenticationReturnUrl` must be of an origin in the merchant's profile; it receives the postback.
- `challengeWindowSize` sizes the frame and goes into the CReq.
- `authenticationType` takes `DEFAULT` and `AUTHENTICATION`; `EXEMPTION` is refused.

## Words and codes
"""


def payment_fields_page() -> str:
    """Give the page."""
    lines = [INTRODUCTION, "| member | | EMV 3DS element | accepted |", "|---|---|---|---|"]
    lines += [_row(field) for field in FIELDS]
    lines.append(MORE)
    lines += _translations()
    return "\n".join([*lines, ""])


def rule_words(rule: Rule) -> str:
    """Say what a rule takes."""
    match rule:
        case Text() | Digits() | Count():
            return _span(rule)
        case Code(codes=codes):
            return f"a word of [{code_title(codes)}](#{code_title(codes).replace(' ', '-')})"
        case YesNo(yes=yes, no=no):
            return f"true gives `{yes}`, false `{no}`"
        case Moment(pattern=pattern):
            return f"date or timestamp of RFC 3339, goes out in UTC as `{_digits_of(pattern)}`"
    return first_line(rule).removeprefix("Take ").rstrip(".")


def _digits_of(pattern: str) -> str:
    for sign, shown in (("%Y", "YYYY"), ("%m", "MM"), ("%d", "DD"), ("%H", "HH"), ("%M", "MM")):
        pattern = pattern.replace(sign, shown)
    return pattern.replace("%S", "SS")


def _span(rule: Text | Digits | Count) -> str:
    match rule:
        case Text(most=most, cut=cut):
            return f"text of 1 to {most} characters" + ("; a longer one is cut" if cut else "")
        case Digits(most=most, least=least, width=width):
            padded = f", padded with zeros to {width}" if width else ""
            return (f"{least} to {most} digits" if least < most else f"{most} digits") + padded
        case Count(most=most, least=least, width=width):
            padded = f", in {width} digits" if width else ""
            return f"whole number of {least} or more; above {most} counts as {most}{padded}"


def code_title(codes: Mapping[str, str]) -> str:
    """Name a list of words as the mapping's source names it."""
    for name, value in vars(mapping).items():
        if value is codes:
            return name.lower().replace("_", " ")
    raise LookupError("a list of words has no name in the mapping")


def _row(field: Field) -> str:
    also = "".join(f", also at `{alias}`" for alias in field.aliases)
    element = f"`{field.element}`" if field.element else "(none)"
    mark = field.mark.value.replace("*", "\\*")
    return f"| `{field.path}`{also} | {mark} | {element} | {rule_words(field.rule)} |"


def _translations() -> Iterator[str]:
    shown: list[Mapping[str, str]] = []
    for field in FIELDS:
        if not isinstance(field.rule, Code) or field.rule.codes in shown:
            continue
        shown.append(field.rule.codes)
        yield f"\n### {code_title(field.rule.codes)}\n"
        yield "| word | code |"
        yield "|---|---|"
        for word, code in field.rule.codes.items():
            yield f"| `{word}` | {f'`{code}`' if code else 'not sent'} |"
