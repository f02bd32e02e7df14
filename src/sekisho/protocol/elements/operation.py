"""Errors and operational notices. A table of data, as long as its subject."""

from typing import Final

from sekisho.protocol.elements.element import Element, Kind, Shape
from sekisho.protocol.vocabulary import Form, Version

ELEMENTS: Final = (
    Element(
        name="errorCode",
        shape=Shape.DIGITS,
        title="Error Code",
        size=(3, 3),
        where={Form.ERRO: "R"},
    ),
    Element(
        name="errorComponent",
        title="Error Component",
        size=(1, 1),
        codes={"C": "3DS SDK", "S": "3DS Server", "D": "DS", "A": "ACS"},
        where={Form.ERRO: "R"},
    ),
    Element(
        name="errorDescription",
        title="Error Description",
        size=(1, 2048),
        where={Form.ERRO: "R"},
    ),
    Element(
        name="errorDetail",
        title="Error Detail",
        size=(1, 2048),
        where={Form.ERRO: "R"},
    ),
    Element(
        name="errorMessageType",
        pattern=r"[A-Za-z]{4}",
        title="Error Message Type",
        size=(4, 4),
        where={Form.ERRO: "C"},
    ),
    Element(
        name="opCategory",
        title="Operation Category",
        size=(2, 2),
        codes={
            "01": "general",
            "02": "operational alert",
            "03": "certificate expiry",
            "04": "letter of approval / AOC expiry",
            "05": "fraud",
            "06": "other",
        },
        ds_codes=True,
        since=Version.V231,
        where={Form.OREQ: "R"},
    ),
    Element(
        name="opDescription",
        title="Operation Description",
        size=(1, 20000),
        since=Version.V231,
        where={Form.OREQ: "R"},
    ),
    Element(
        name="opExpDate",
        title="Operation Expiration Date",
        shape=Shape.DATE,
        size=(8, 8),
        since=Version.V231,
        where={Form.OREQ: "R"},
    ),
    Element(
        name="opSeverity",
        title="Operation Severity",
        size=(2, 2),
        codes={"01": "critical", "02": "major", "03": "minor", "04": "informational"},
        ds_codes=True,
        since=Version.V231,
        where={Form.OREQ: "R"},
    ),
    Element(
        name="opSeq",
        title="Operation Sequence",
        kind=Kind.OBJECT,
        since=Version.V231,
        where={Form.OREQ: "R"},
        children=(
            Element(
                name="seqId",
                shape=Shape.UUID,
                size=(36, 36),
                since=Version.V231,
                letter="R",
            ),
            Element(
                name="seqNum",
                pattern=r"0[1-9]|[1-9][0-9]",
                size=(2, 2),
                since=Version.V231,
                letter="R",
            ),
            Element(
                name="seqTotal",
                pattern=r"0[1-9]|[1-9][0-9]",
                size=(2, 2),
                since=Version.V231,
                letter="R",
            ),
        ),
    ),
    Element(
        name="opPriorTransRef",
        title="Operation Prior Transaction Reference",
        kind=Kind.OBJECT,
        since=Version.V231,
        where={Form.OREQ: "O"},
        children=(
            Element(
                name="transIdType",
                size=(2, 2),
                codes={"01": "3DS Server", "02": "DS", "03": "ACS"},
                since=Version.V231,
                letter="R",
            ),
            Element(
                name="transId",
                shape=Shape.UUID,
                size=(36, 36),
                since=Version.V231,
                letter="R",
            ),
        ),
    ),
    Element(
        name="opStatus",
        title="Operation Status",
        size=(2, 2),
        codes={
            "01": "received and complete",
            "02": "sequence broken",
            "03": "operation not supported",
        },
        ds_codes=True,
        since=Version.V231,
        where={Form.ORES: "R"},
    ),
)
