"""Identifiers and header: what nearly every message carries. A table of data, as long as its subject."""

from typing import Final

from sekisho.protocol.elements import when
from sekisho.protocol.elements.element import Element, Kind, Shape
from sekisho.protocol.vocabulary import Form, Reading, Version

ELEMENTS: Final = (
    Element(
        name="threeDSServerTransID",
        title="3DS Server Transaction ID",
        shape=Shape.UUID,
        size=(36, 36),
        where={
            Form.AREQ: "RR RR RR",
            Form.ARES: "RR RR RR",
            Form.CREQ: "RR RR NN",
            Form.CRES: "RR NN NN",
            Form.FINAL_CRES: "RR RR NN",
            Form.RREQ: "RR RR RR",
            Form.RRES: "RR RR RR",
            Form.PREQ: "R",
            Form.PRES: "R",
            Form.ORES: "C",
            Form.ERRO: "C",
        },
        needed={Form.ORES: when.NO_ACS_ANSWERS},
        allowed={Form.ORES: when.NO_ACS_ANSWERS},
    ),
    Element(
        name="dsTransID",
        title="DS Transaction ID",
        shape=Shape.UUID,
        size=(36, 36),
        where={
            Form.AREQ: "CC CC CC",
            Form.ARES: "RR RR RR",
            Form.RREQ: "RR RR RR",
            Form.RRES: "RR RR RR",
            Form.PRES: "R",
            Form.OREQ: "R",
            Form.ORES: "R",
            Form.ERRO: "C",
        },
        needed={Form.AREQ: when.TO_ACS},
        allowed={Form.AREQ: when.NOT_TO_DIRECTORY},
        changed={
            Version.V220: {
                "where": {
                    Form.AREQ: "CC CC CC",
                    Form.ARES: "RR RR RR",
                    Form.RREQ: "RR RR RR",
                    Form.RRES: "RR RR RR",
                    Form.PRES: "R",
                    Form.ERRO: "C",
                }
            },
            Version.V210: {
                "where": {
                    Form.AREQ: "CC CC CC",
                    Form.ARES: "RR RR RR",
                    Form.RREQ: "RR RR RR",
                    Form.RRES: "RR RR RR",
                    Form.PRES: "R",
                    Form.ERRO: "C",
                }
            },
        },
    ),
    Element(
        name="acsTransID",
        title="ACS Transaction ID",
        shape=Shape.UUID,
        size=(36, 36),
        where={
            Form.ARES: "RR RR RR",
            Form.CREQ: "RR RR NN",
            Form.CRES: "RR NN NN",
            Form.FINAL_CRES: "RR RR NN",
            Form.RREQ: "RR RR RR",
            Form.RRES: "RR RR RR",
            Form.ORES: "C",
            Form.ERRO: "C",
        },
        needed={Form.ORES: when.there("acsReferenceNumber")},
    ),
    Element(
        name="sdkTransID",
        title="SDK Transaction ID",
        shape=Shape.UUID,
        size=(36, 36),
        where={
            Form.AREQ: "RR NN NN",
            Form.ARES: "RR NN NN",
            Form.CREQ: "RR NN NN",
            Form.CRES: "RR NN NN",
            Form.FINAL_CRES: "RR NN NN",
            Form.RREQ: "RR NN NN",
            Form.RRES: "RR NN NN",
            Form.ERRO: "C",
        },
        read={
            Reading.LENIENT: {
                Version.V210: {
                    "where": {
                        Form.AREQ: "RR NN NN",
                        Form.ARES: "RR NN NN",
                        Form.CREQ: "RR NN NN",
                        Form.CRES: "RR NN NN",
                        Form.FINAL_CRES: "RR NN NN",
                        Form.RREQ: "CC NN NN",
                        Form.RRES: "CC NN NN",
                        Form.ERRO: "C",
                    }
                }
            }
        },
        note="Sources disagree whether RReq and RRes of 2.1.0 carry it: required when we write.",
    ),
    Element(
        name="messageType",
        title="Message Type",
        size=(4, 4),
        codes={
            "AReq": "Authentication Request",
            "ARes": "Authentication Response",
            "CReq": "Challenge Request",
            "CRes": "Challenge Response",
            "RReq": "Results Request",
            "RRes": "Results Response",
            "PReq": "Preparation Request",
            "PRes": "Preparation Response",
            "Erro": "Error Message",
            "OReq": "Operation Request",
            "ORes": "Operation Response",
        },
        codes_since={"OReq": Version.V231, "ORes": Version.V231},
        where={
            Form.AREQ: "RR RR RR",
            Form.ARES: "RR RR RR",
            Form.CREQ: "RR RR NN",
            Form.CRES: "RR NN NN",
            Form.FINAL_CRES: "RR RR NN",
            Form.RREQ: "RR RR RR",
            Form.RRES: "RR RR RR",
            Form.PREQ: "R",
            Form.PRES: "R",
            Form.ERRO: "R",
            Form.OREQ: "R",
            Form.ORES: "R",
        },
    ),
    Element(
        name="messageVersion",
        title="Message Version Number",
        size=(5, 8),
        shape=Shape.VERSION,
        where={
            Form.AREQ: "RR RR RR",
            Form.ARES: "RR RR RR",
            Form.CREQ: "RR RR NN",
            Form.CRES: "RR NN NN",
            Form.FINAL_CRES: "RR RR NN",
            Form.RREQ: "RR RR RR",
            Form.RRES: "RR RR RR",
            Form.PREQ: "R",
            Form.PRES: "R",
            Form.ERRO: "R",
            Form.OREQ: "R",
            Form.ORES: "R",
        },
    ),
    Element(
        name="messageCategory",
        title="Message Category",
        size=(2, 2),
        codes={"01": "PA payment authentication", "02": "NPA non-payment authentication"},
        ds_codes=True,
        where={Form.AREQ: "RR RR RR", Form.RREQ: "RR RR RR"},
    ),
    Element(
        name="deviceChannel",
        title="Device Channel",
        size=(2, 2),
        codes={"01": "APP", "02": "BRW browser", "03": "3RI 3DS Requestor initiated"},
        ds_codes=True,
        where={Form.AREQ: "RR RR RR"},
    ),
    Element(
        name="messageExtension",
        title="Message Extension",
        kind=Kind.ARRAY,
        items=(1, 15),
        json_most=81920,
        where={
            Form.AREQ: "CC CC CC",
            Form.ARES: "CC CC CC",
            Form.CREQ: "CC CC NN",
            Form.CRES: "CC NN NN",
            Form.FINAL_CRES: "CC CC NN",
            Form.RREQ: "CC CC CC",
            Form.RRES: "CC CC CC",
            Form.PREQ: "C",
            Form.PRES: "C",
            Form.OREQ: "C",
            Form.ORES: "C",
        },
        children=(
            Element(
                name="name",
                size=(1, 64),
                letter="R",
            ),
            Element(
                name="id",
                size=(1, 64),
                letter="R",
            ),
            Element(
                name="criticalityIndicator",
                kind=Kind.BOOLEAN,
                letter="R",
            ),
            Element(
                name="data",
                kind=Kind.OBJECT,
                json_most=8059,
                letter="R",
                free=True,
            ),
        ),
        changed={
            Version.V220: {"items": (1, 10), "json_most": 81920},
            Version.V210: {"items": (1, 10), "json_most": 81920},
        },
    ),
)
