"""The app channel: SDK and device. A table of data, as long as its subject."""

from typing import Final

from sekisho.protocol.elements import when
from sekisho.protocol.elements.element import Element, Kind, Shape
from sekisho.protocol.vocabulary import Form, Version

ELEMENTS: Final = (
    Element(
        name="deviceInfo",
        title="Device Information",
        shape=Shape.BASE64URL,
        size=(1, 64000),
        where={Form.AREQ: "CC NN NN"},
        needed={Form.AREQ: when.TO_ACS},
        allowed={Form.AREQ: when.NOT_TO_DIRECTORY},
    ),
    Element(
        name="deviceRenderOptions",
        title="Device Rendering Options Supported",
        kind=Kind.OBJECT,
        where={Form.AREQ: "RR NN NN"},
        children=(
            Element(
                name="sdkInterface",
                size=(2, 2),
                codes={"01": "native", "02": "HTML", "03": "both"},
                letter="R",
            ),
            Element(
                name="sdkUiType",
                kind=Kind.ARRAY,
                size=(2, 2),
                items=(1, 7),
                codes={
                    "01": "text",
                    "02": "single select",
                    "03": "multi select",
                    "04": "OOB",
                    "05": "HTML other (HTML only)",
                    "06": "HTML OOB (HTML only)",
                    "07": "information",
                },
                codes_since={"06": Version.V231, "07": Version.V231},
                letter="R",
                changed={Version.V220: {"items": (1, 5)}, Version.V210: {"items": (1, 5)}},
            ),
            Element(
                name="sdkAuthenticationType",
                kind=Kind.ARRAY,
                size=(2, 2),
                items=(1, 99),
                since=Version.V231,
            ),
        ),
    ),
    Element(
        name="sdkAppID",
        title="SDK App ID",
        shape=Shape.UUID,
        size=(36, 36),
        where={Form.AREQ: "RR NN NN"},
    ),
    Element(
        name="sdkEncData",
        title="SDK Encrypted Data",
        pattern=r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+",
        size=(1, 64000),
        where={Form.AREQ: "CC NN NN"},
        needed={Form.AREQ: when.TO_DIRECTORY},
        allowed={Form.AREQ: when.NOT_TO_ACS},
    ),
    Element(
        name="sdkEphemPubKey",
        title="SDK Ephemeral Public Key (QC)",
        kind=Kind.OBJECT,
        json_most=256,
        where={Form.AREQ: "RR NN NN"},
        children=(
            Element(
                name="kty",
                pattern=r"EC",
                size=(2, 2),
                letter="R",
            ),
            Element(
                name="crv",
                pattern=r"P-256",
                size=(5, 5),
                letter="R",
            ),
            Element(
                name="x",
                shape=Shape.BASE64URL,
                size=(43, 43),
                letter="R",
            ),
            Element(
                name="y",
                shape=Shape.BASE64URL,
                size=(43, 43),
                letter="R",
            ),
        ),
    ),
    Element(
        name="sdkMaxTimeout",
        title="SDK Maximum Timeout",
        pattern=r"0[5-9]|[1-9][0-9]",
        size=(2, 2),
        where={Form.AREQ: "RR NN NN"},
    ),
    Element(
        name="sdkReferenceNumber",
        title="SDK Reference Number",
        size=(1, 32),
        where={Form.AREQ: "RR NN NN"},
    ),
    Element(
        name="sdkType",
        title="SDK Type",
        size=(2, 2),
        codes={"01": "default SDK", "02": "split SDK"},
        ds_codes=True,
        since=Version.V231,
        where={Form.AREQ: "RR NN NN"},
    ),
    Element(
        name="defaultSdkType",
        title="Default-SDK Type",
        kind=Kind.OBJECT,
        since=Version.V231,
        where={Form.AREQ: "CC NN NN"},
        needed={Form.AREQ: when.valued("sdkType", "01")},
        allowed={Form.AREQ: when.valued("sdkType", "01")},
        children=(
            Element(
                name="sdkVariant",
                size=(2, 2),
                codes={"01": "native"},
                since=Version.V231,
                letter="R",
            ),
            Element(
                name="wrappedInd",
                pattern="Y",
                size=(1, 1),
                since=Version.V231,
            ),
        ),
    ),
    Element(
        name="splitSdkType",
        title="Split-SDK Type",
        kind=Kind.OBJECT,
        since=Version.V231,
        where={Form.AREQ: "CC NN NN"},
        needed={Form.AREQ: when.valued("sdkType", "02")},
        allowed={Form.AREQ: when.valued("sdkType", "02")},
        children=(
            Element(
                name="sdkVariant",
                size=(2, 2),
                codes={"01": "native client", "02": "browser", "03": "shell"},
                since=Version.V231,
                letter="R",
            ),
            Element(
                name="limitedInd",
                pattern="Y",
                size=(1, 1),
                since=Version.V231,
            ),
        ),
    ),
    Element(
        name="sdkServerSignedContent",
        title="SDK Server Signed Content",
        size=(1, 4000),
        since=Version.V231,
        where={Form.AREQ: "CC NN NN"},
        needed={Form.AREQ: when.valued("sdkType", "02")},
        allowed={Form.AREQ: when.valued("sdkType", "02")},
        children=(
            Element(
                name="sdkReferenceNumber",
                size=(1, 32),
                since=Version.V231,
                letter="R",
            ),
            Element(
                name="sdkSignatureTimestamp",
                shape=Shape.MOMENT,
                size=(14, 14),
                since=Version.V231,
                letter="R",
            ),
            Element(
                name="sdkTransID",
                shape=Shape.UUID,
                size=(36, 36),
                since=Version.V231,
                letter="R",
            ),
            Element(
                name="splitSdkServerID",
                size=(1, 32),
                since=Version.V231,
                letter="R",
            ),
        ),
    ),
)
