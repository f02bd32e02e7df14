"""An SDK emulator: plays an app's 3DS SDK against any ACS, with real keys and real encryption.

`session` is its pure core: the library's table for SDKs with the encryption around it. `playing` is its
edge: it posts, shows, and asks a cardholder, who may be a script or a person at a terminal. `paying` is a
whole app around it, as `sekisho sdk pay` uses it.
"""

from sekisho.testkit.sdk.cardholder import Move, NotUnderstood, Reply, Script, Touch, move_of
from sekisho.testkit.sdk.device import Device, DirectoryKey, SealingChance
from sekisho.testkit.sdk.identity import (
    BOTH,
    HTML,
    NATIVE,
    Sdk,
    SdkTransaction,
    SplitServer,
    begin_transaction,
)
from sekisho.testkit.sdk.paying import NoVersion, Paid, PayingApp, Trust, purchase_elements
from sekisho.testkit.sdk.playing import (
    Cardholder,
    HttpRoad,
    Player,
    Road,
    ScriptedCardholder,
)
from sekisho.testkit.sdk.screen import Consent, Deed, Screen, read_screen
from sekisho.testkit.sdk.session import Ended, OpenApp, Post, Report, Session, Show
from sekisho.testkit.sdk.text import printable, screen_text

__all__ = [
    "BOTH",
    "HTML",
    "NATIVE",
    "Cardholder",
    "Consent",
    "Deed",
    "Device",
    "DirectoryKey",
    "Ended",
    "HttpRoad",
    "Move",
    "NoVersion",
    "NotUnderstood",
    "OpenApp",
    "Paid",
    "PayingApp",
    "Player",
    "Post",
    "Reply",
    "Report",
    "Road",
    "Screen",
    "Script",
    "ScriptedCardholder",
    "Sdk",
    "SdkTransaction",
    "SealingChance",
    "Session",
    "Show",
    "SplitServer",
    "Touch",
    "Trust",
    "begin_transaction",
    "move_of",
    "printable",
    "purchase_elements",
    "read_screen",
    "screen_text",
]
