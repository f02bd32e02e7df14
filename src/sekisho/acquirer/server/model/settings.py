"""Everything the 3DS Server must be told to run."""

import hashlib
from dataclasses import dataclass

from sekisho.acquirer.server.model.threeds1 import PlugInSettings

DIRECTORY = "directory"
"""Name of the one Directory Server where no settings name any."""


def api_key_digest(api_key: str) -> str:
    """Digest an API key as settings keep it: an API key is random, so a plain hash protects it."""
    return hashlib.sha256(api_key.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requestor:
    """A 3DS Requestor (or the gateway that acts for many): whoever may use the raw EMV API."""

    name: str
    """Unique; owns the transactions that its API key makes."""
    api_key_sha256: str
    """SHA-256 of the API key, 64 hexadecimal digits; the key itself is not kept."""
    requestor_id: str | None = None
    """threeDSRequestorID where the request names none."""
    requestor_name: str | None = None
    """threeDSRequestorName where the request names none."""
    requestor_url: str | None = None
    """threeDSRequestorURL where the request names none."""
    notification_origins: tuple[str, ...] = ()
    """Origins that its notificationURL may have, as `https://shop.example`; empty: every one."""
    acquirer_country_code: str | None = None
    """acquirerCountryCode (2.3.1) where the request names none; else it is merchantCountryCode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryServer:
    """A Directory Server that is asked. A co-badged card is in the ranges of several."""

    name: str = DIRECTORY
    """Unique; what a requestor calls it in `directoryServer` of /auth."""
    certificate: str = "directory"
    """Name in the certificate of the peer that may post its results."""
    url: str | None = None
    """Where messages go, over mutual TLS; None: to `/3ds` of the peer `directory`."""
    scheme: str | None = None
    """Brand told of its cards; None: that of the card number."""
    directory_server_id: str | None = None
    """RID, for which an SDK encrypts its device data; None: that of the card number's brand."""
    operator_id: str | None = None
    """threeDSServerOperatorID that this Directory Server's operator gave; None: `operator_id`."""
    preq_version: str = "2.2.0"
    """Version in which it is asked for its card ranges; 2.3.1 takes the file."""
    ranges_every_s: int = 23 * 3600
    """Seconds between card range updates; the protocol wants one within every 24 hours."""
    ranges_again_s: int = 3600
    """Seconds to wait after a refused update; the protocol allows one PReq an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """Settings of the room `server`."""

    reference_number: str
    """threeDSServerRefNumber: given by EMVCo with the letter of approval."""
    operator_id: str
    """threeDSServerOperatorID: given by the Directory Server's operator."""
    url: str
    """threeDSServerURL: where the Directory Server posts results, over mutual TLS."""
    requestors: tuple[Requestor, ...]
    """Who may use the raw EMV API."""
    directories: tuple[DirectoryServer, ...] = (DirectoryServer(),)
    """The Directory Servers that are asked; of a co-badged card's the first, unless /auth names one."""
    versions: tuple[str, ...] = ("2.1.0", "2.2.0")
    """Protocol versions offered, oldest first."""
    areq_read_s: float = 10.0
    """Seconds to wait for an ARes; must exceed what the Directory Server waits for an ACS."""
    preq_read_s: float = 30.0
    """Seconds to wait for a PRes: it may hold thousands of ranges."""
    oreq_wait_s: int = 60
    """Seconds from one operational notice (OReq) of a sequence to the next."""
    preparation_s: int = 1200
    """Seconds from /preauth to /auth: 3DS Method and a slow buyer fit, a forgotten cart does not."""
    result_s: int = 3600
    """Seconds from a challenge's ARes to its RReq: the protocol bounds each page, not their number."""
    keep_answers_s: int = 7 * 86400
    """Seconds that an ARes and an RReq, and the authentication value in them, stay readable."""
    threeds1: PlugInSettings | None = None
    """The merchant plug-in of 3-D Secure 1.0.2; left out: it is not there."""

    def directory(self, name: str) -> DirectoryServer | None:
        """Give the Directory Server of that name; None when there is none."""
        return next((each for each in self.directories if each.name == name), None)
