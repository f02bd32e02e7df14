"""The rules that take more than one element to decide, each a function of the whole message.

A rule costs a sound message little: one look at the element that it is about.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from sekisho.protocol.checks.challenge_rules import (
    cancellation_is_the_app_s,
    choices_are_short,
    one_action_a_screen,
    reply_answers_the_screen,
    screen_shows_only_its_parts,
)
from sekisho.protocol.checks.findings import Findings
from sekisho.protocol.checks.request_rules import (
    channel_is_known,
    confirmation_came_or_not,
    continuation_names_its_beginning,
    exponents_fit,
    fallback_is_decoupled,
    payment_over_3ri_is_younger,
    requestor_states_trust_plainly,
    sellers_are_described,
    sources_are_the_sender_s,
    verification_is_the_directory_s,
)
from sekisho.protocol.checks.result_rules import (
    confirmation_has_a_currency,
    decoupling_is_confirmed,
    fallback_says_why,
    fallback_was_asked,
    limited_device_types_nothing,
    only_a_decoupled_time_runs_out_so,
    receipt_fits_its_result,
    reported_error_is_an_erro,
    result_keeps_its_category,
    result_was_announced,
    status_was_possible,
    template_fits_interface,
    timeout_names_its_kind,
)
from sekisho.protocol.elements import Scene
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.vocabulary import Form

Rule: TypeAlias = Callable[[Scene, Findings], None]

TRANSACTION_IDS: Final = ("threeDSServerTransID", "dsTransID", "acsTransID", "sdkTransID")
"""The identifiers that run through a transaction."""


def identifiers_echo(scene: Scene, findings: Findings) -> None:
    """An answer carries the identifiers of what it answers (301)."""
    if scene.asked is None:
        return
    for name in TRANSACTION_IDS:
        asked, said = scene.asked.get(name), scene.members.get(name)
        if asked is not None and said is not None and asked != said:
            findings.note(ErrorCode.TRANSACTION_UNKNOWN, name)


def sequence_reaches_its_number(scene: Scene, findings: Findings) -> None:
    """A notice's number in its sequence is not above the number of notices."""
    sequence = scene.members.get("opSeq")
    if isinstance(sequence, dict):
        number, total = sequence.get("seqNum"), sequence.get("seqTotal")
        if _is_number(number) and _is_number(total) and str(number) > str(total):
            findings.note(ErrorCode.FORMAT_INVALID, "opSeq.seqNum")


def _is_number(value: object) -> bool:
    """Tell whether a place in a sequence is in good form; if not, that fault is noted by its row."""
    return isinstance(value, str) and re.fullmatch("[0-9]{2}", value) is not None


RULES: Final[Mapping[Form, Sequence[Rule]]] = {
    Form.AREQ: (
        channel_is_known,
        payment_over_3ri_is_younger,
        exponents_fit,
        requestor_states_trust_plainly,
        sources_are_the_sender_s,
        verification_is_the_directory_s,
        confirmation_came_or_not,
        continuation_names_its_beginning,
        fallback_is_decoupled,
        sellers_are_described,
    ),
    Form.ARES: (
        status_was_possible,
        decoupling_is_confirmed,
        template_fits_interface,
        limited_device_types_nothing,
        confirmation_has_a_currency,
        identifiers_echo,
    ),
    Form.CREQ: (
        one_action_a_screen,
        cancellation_is_the_app_s,
        reply_answers_the_screen,
        identifiers_echo,
    ),
    Form.CRES: (screen_shows_only_its_parts, choices_are_short, identifiers_echo),
    Form.FINAL_CRES: (fallback_was_asked, identifiers_echo),
    Form.RREQ: (
        fallback_was_asked,
        fallback_says_why,
        timeout_names_its_kind,
        only_a_decoupled_time_runs_out_so,
        template_fits_interface,
        limited_device_types_nothing,
        reported_error_is_an_erro,
        result_keeps_its_category,
        result_was_announced,
        identifiers_echo,
    ),
    Form.RRES: (receipt_fits_its_result, identifiers_echo),
    Form.PREQ: (),
    Form.PRES: (identifiers_echo,),
    Form.ERRO: (),
    Form.OREQ: (sequence_reaches_its_number,),
    Form.ORES: (identifiers_echo,),
}
"""By form of message, in the order in which names are reported."""

EXPECTED: Final[Mapping[Rule, str]] = {
    channel_is_known: "a deviceChannel of 01, 02 or 03: what another demands is unknown",
    payment_over_3ri_is_younger: "messageCategory 02: 2.1.0 has no payments over 3RI",
    exponents_fit: "the exponent that ISO 4217 lists for the currency",
    requestor_states_trust_plainly: "Y or N in an AReq",
    sources_are_the_sender_s: "01, as the 3DS Server sets the status",
    verification_is_the_directory_s: "nothing before the Directory Server has verified it",
    confirmation_came_or_not: "the assertion (method 09), or spcIncompInd in its place",
    continuation_names_its_beginning: "the acsTransID of what is continued, with method 02 after a "
    "fallback and 05 after Secure Payment Confirmation",
    fallback_is_decoupled: "Y, as threeRIInd 19 continues a challenge decoupled",
    sellers_are_described: "a sellerId of sellerInfo",
    status_was_possible: "a transStatus that the AReq and its channel leave possible: C not "
    "over 3RI nor after challenge indicator 06, D only if threeDSRequestorDecReqInd is Y or B, "
    "S only in a browser if threeDSRequestorSpcSupport is Y, I only after challenge indicator 05, "
    "06, 07 or by the scheme's rules",
    decoupling_is_confirmed: "Y with transStatus D and only with it",
    template_fits_interface: "no HTML template (05, 06) on the native interface (01)",
    limited_device_types_nothing: "neither 01 nor 06, as the AReq came from a limited device",
    confirmation_has_a_currency: "a currency of ISO 4217",
    one_action_a_screen: "one action only: cancel, resend, no entry or the added choice",
    cancellation_is_the_app_s: "01 or 08 in a CReq",
    reply_answers_the_screen: "one answer that fits the screen of the CRes before; none in the first "
    "CReq",
    screen_shows_only_its_parts: "only what its acsUiType has room for",
    choices_are_short: "codes of at most four characters, each once",
    identifiers_echo: "the identifier of the message that it belongs to",
    fallback_was_asked: "D only after a challenge, and if the AReq has threeDSRequestorDecReqInd F or B",
    fallback_says_why: "29 or 30, as a challenge falls back",
    timeout_names_its_kind: "04 or 05, as transStatusReason 14 is a timeout",
    only_a_decoupled_time_runs_out_so: "03 only where the authentication was decoupled",
    reported_error_is_an_erro: "a whole Erro message",
    result_keeps_its_category: "the messageCategory of the AReq",
    result_was_announced: "an ARes with C, D or S before it",
    receipt_fits_its_result: "04 after transStatus D only; 02 and 03 not after Y",
    sequence_reaches_its_number: "a seqNum up to seqTotal",
}
"""What each rule expects, for people."""
