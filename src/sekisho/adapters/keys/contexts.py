"""TLS contexts for mutual TLS: 1.2 or newer, forward secrecy, only our authority trusted."""

import ssl
from pathlib import Path
from typing import Final

from sekisho.adapters.keys.files import BadKeyFile

SUITES_OF_1_2: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2; those of 1.3 are all good and not chosen here."""


def server_context(identity: Path, authority: Path) -> ssl.SSLContext:
    """Make the context of a port that refuses callers without a certificate of the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _harden(context, identity, authority)
    context.verify_mode = ssl.CERT_REQUIRED
    # A session taken up again would not ask whether the certificate is still good.
    context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE | ssl.OP_NO_TICKET
    context.num_tickets = 0
    return context


def client_context(identity: Path, authority: Path) -> ssl.SSLContext:
    """Make the context of a caller that shows its certificate and checks the other's and its name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    _harden(context, identity, authority)
    return context


def _harden(context: ssl.SSLContext, identity: Path, authority: Path) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(SUITES_OF_1_2)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    # What Python 3.13 does by default; our certificates hold to it on every version.
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    try:
        context.load_verify_locations(authority)
        context.load_cert_chain(identity)
    except (OSError, ssl.SSLError) as error:
        raise BadKeyFile(f"{identity} or {authority} cannot be used for TLS: {error}") from error
