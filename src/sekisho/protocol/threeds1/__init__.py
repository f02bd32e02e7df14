"""3-D Secure 1.0.2, the generation before EMV 3DS, as pure code.

Read with `parse` or `parse_as`, make with `build`, write with `encode`, look into what was captured
with `inspect`; `inflated` and `deflated` are for what the browser carries. The schemes ended 1.0.2 in
October 2022: this is for emulation, tests and old captures. Facts: section 12; the documents of the
schemes are not public, so elements are of medium and lengths of low confidence.
"""

from sekisho.protocol.threeds1.answers import error_for
from sekisho.protocol.threeds1.faults import BadSignature, EchoDiffers, ThreeDS1Fault
from sekisho.protocol.threeds1.forms import deflated, inflated
from sekisho.protocol.threeds1.inspection import Inspection, inspect
from sekisho.protocol.threeds1.messages import Message, build, encode, parse, parse_as
from sekisho.protocol.threeds1.vocabulary import ErrorCode, IReqCode, MessageName

__all__ = [
    "BadSignature",
    "EchoDiffers",
    "ErrorCode",
    "IReqCode",
    "Inspection",
    "Message",
    "MessageName",
    "ThreeDS1Fault",
    "build",
    "deflated",
    "encode",
    "error_for",
    "inflated",
    "inspect",
    "parse",
    "parse_as",
]
