"""The browser, and what else the requestor knows of the device. A table of data, as long as its subject."""

from typing import Final

from sekisho.protocol.elements import when
from sekisho.protocol.elements.element import Element, Kind, Shape
from sekisho.protocol.vocabulary import Form, Reading, Version

ELEMENTS: Final = (
    Element(
        name="acceptLanguage",
        title="Browser Accept Language (HTTP header values)",
        kind=Kind.ARRAY,
        size=(1, 100),
        items=(1, 99),
        since=Version.V231,
        where={Form.AREQ: "NN RR NN"},
    ),
    Element(
        name="browserAcceptHeader",
        title="Browser Accept Headers",
        size=(1, 2048),
        where={Form.AREQ: "NN RR NN"},
    ),
    Element(
        name="browserIP",
        title="Browser IP Address",
        shape=Shape.IP,
        size=(1, 45),
        where={Form.AREQ: "NN CC NN"},
    ),
    Element(
        name="browserJavaEnabled",
        title="Browser Java Enabled",
        kind=Kind.BOOLEAN,
        where={Form.AREQ: "NN CC NN"},
        needed={Form.AREQ: when.JAVASCRIPT},
        changed={Version.V210: {"where": {Form.AREQ: "NN RR NN"}}},
    ),
    Element(
        name="browserJavascriptEnabled",
        title="Browser JavaScript Enabled",
        kind=Kind.BOOLEAN,
        since=Version.V220,
        where={Form.AREQ: "NN RR NN"},
    ),
    Element(
        name="browserLanguage",
        title="Browser Language",
        shape=Shape.LANGUAGE,
        size=(1, 35),
        where={Form.AREQ: "NN CC NN"},
        needed={Form.AREQ: when.JAVASCRIPT},
        changed={
            Version.V220: {"size": (1, 8), "where": {Form.AREQ: "NN RR NN"}},
            Version.V210: {"size": (1, 8), "where": {Form.AREQ: "NN RR NN"}},
        },
        read={
            Reading.LENIENT: {
                Version.V220: {"size": (1, 35)},
                Version.V210: {"size": (1, 35)},
            }
        },
        note="Browsers know longer tags than the eight characters of 2.1 and 2.2.",
    ),
    Element(
        name="browserColorDepth",
        title="Browser Screen Color Depth",
        pattern=r"[1-9][0-9]?",
        size=(1, 2),
        where={Form.AREQ: "NN CC NN"},
        needed={Form.AREQ: when.JAVASCRIPT},
        changed={
            Version.V220: {
                "codes": {
                    "1": "1 bit",
                    "4": "4 bits",
                    "8": "8",
                    "15": "15",
                    "16": "16",
                    "24": "24",
                    "32": "32",
                    "48": "48",
                }
            },
            Version.V210: {
                "codes": {
                    "1": "1 bit",
                    "4": "4 bits",
                    "8": "8",
                    "15": "15",
                    "16": "16",
                    "24": "24",
                    "32": "32",
                    "48": "48",
                },
                "where": {Form.AREQ: "NN RR NN"},
            },
        },
    ),
    Element(
        name="browserScreenHeight",
        title="Browser Screen Height",
        shape=Shape.DIGITS,
        size=(1, 6),
        where={Form.AREQ: "NN CC NN"},
        needed={Form.AREQ: when.JAVASCRIPT},
        changed={Version.V210: {"where": {Form.AREQ: "NN RR NN"}}},
    ),
    Element(
        name="browserScreenWidth",
        title="Browser Screen Width",
        shape=Shape.DIGITS,
        size=(1, 6),
        where={Form.AREQ: "NN CC NN"},
        needed={Form.AREQ: when.JAVASCRIPT},
        changed={Version.V210: {"where": {Form.AREQ: "NN RR NN"}}},
    ),
    Element(
        name="browserTZ",
        title="Browser Time Zone",
        pattern=r"[+-]?[0-9]{1,4}",
        size=(1, 5),
        where={Form.AREQ: "NN CC NN"},
        needed={Form.AREQ: when.JAVASCRIPT},
        changed={Version.V210: {"where": {Form.AREQ: "NN RR NN"}}},
    ),
    Element(
        name="browserUserAgent",
        title="Browser User-Agent",
        size=(1, 2048),
        where={Form.AREQ: "NN RR NN"},
    ),
    Element(
        name="deviceId",
        title="Device ID",
        size=(1, 64),
        since=Version.V231,
        where={Form.AREQ: "NN CC NN"},
    ),
    Element(
        name="userId",
        title="User ID",
        size=(1, 64),
        since=Version.V231,
        where={Form.AREQ: "NN CC NN"},
    ),
    Element(
        name="payeeOrigin",
        title="Payee Origin",
        shape=Shape.ORIGIN,
        size=(1, 2048),
        since=Version.V231,
        where={Form.AREQ: "NN CC NN"},
        needed={Form.AREQ: when.SPC},
        allowed={Form.AREQ: when.SPC},
    ),
    Element(
        name="spcIncompInd",
        title="SPC Incompletion Indicator",
        size=(2, 2),
        codes={"01": "SPC did not run or failed", "02": "cardholder cancelled", "03": "timed out"},
        ds_codes=True,
        since=Version.V231,
        where={Form.AREQ: "NN CC NN"},
    ),
    Element(
        name="appIp",
        title="App IP Address",
        shape=Shape.IP,
        size=(1, 45),
        since=Version.V231,
        where={Form.AREQ: "CC NN NN"},
    ),
)
