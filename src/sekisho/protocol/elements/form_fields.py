"""What travels in browser forms beside or around the messages. A table of data, as long as its subject."""

from typing import Final

from sekisho.protocol.elements.element import Element, Shape
from sekisho.protocol.vocabulary import Version

ELEMENTS: Final = (
    Element(
        name="threeDSMethodData",
        title="3DS Method Data (form field)",
        shape=Shape.BASE64URL,
        children=(
            Element(
                name="threeDSServerTransID",
                shape=Shape.UUID,
                size=(36, 36),
                letter="R",
            ),
            Element(
                name="threeDSMethodNotificationURL",
                shape=Shape.URL,
                size=(1, 2048),
                letter="R",
            ),
        ),
    ),
    Element(
        name="threeDSMethodNotificationURL",
        title="3DS Method Notification URL",
        shape=Shape.URL,
        size=(1, 2048),
        changed={Version.V220: {"size": (1, None)}, Version.V210: {"size": (1, None)}},
    ),
    Element(
        name="threeDSMethodURL",
        title="3DS Method URL",
        shape=Shape.URL,
        size=(1, 2048),
        changed={Version.V220: {"size": (1, 256)}, Version.V210: {"size": (1, 256)}},
    ),
    Element(
        name="threeDSSessionData",
        title="3DS Requestor Session Data (form field)",
        shape=Shape.BASE64URL,
        size=(1, 1024),
    ),
    Element(
        name="creq",
        title="Challenge Request (form field)",
        shape=Shape.BASE64URL,
    ),
    Element(
        name="cres",
        title="Challenge Response (form field)",
        shape=Shape.BASE64URL,
    ),
)
