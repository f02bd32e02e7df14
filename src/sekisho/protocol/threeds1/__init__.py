"""3-D Secure 1.0.2, the generation before EMV 3DS, as pure code.

Read with `parse` or `parse_as`, make with `build`, write with `encode`, refuse with `error_for`, look
into what was captured with `inspect`; `inflated` and `deflated` are for what the browser carries.
The ACS signs with `sign`; the merchant plug-in believes with `verify`, compares with `check_pares`
and asks `outcome` what it is worth. The records of the messages stand in `records`.

The schemes ended 1.0.2 in October 2022: this is for emulation, tests and old captures. Their documents
are not public, so elements are of medium and lengths of low confidence.
"""

from sekisho.protocol.threeds1.answers import error_for
from sekisho.protocol.threeds1.faults import BadSignature, EchoDiffers, ThreeDS1Fault
from sekisho.protocol.threeds1.forms import deflated, inflated
from sekisho.protocol.threeds1.inspection import Inspection, inspect
from sekisho.protocol.threeds1.merchant_plug_in import check_pares
from sekisho.protocol.threeds1.messages import Message, build, encode, parse, parse_as
from sekisho.protocol.threeds1.outcomes import Outcome, outcome
from sekisho.protocol.threeds1.signature import PAResSigner, Trust, sign, verify
from sekisho.protocol.threeds1.vocabulary import ErrorCode, IReqCode, MessageName

__all__ = [
    "BadSignature",
    "EchoDiffers",
    "ErrorCode",
    "IReqCode",
    "Inspection",
    "Message",
    "MessageName",
    "Outcome",
    "PAResSigner",
    "ThreeDS1Fault",
    "Trust",
    "build",
    "check_pares",
    "deflated",
    "encode",
    "error_for",
    "inflated",
    "inspect",
    "outcome",
    "parse",
    "parse_as",
    "sign",
    "verify",
]
