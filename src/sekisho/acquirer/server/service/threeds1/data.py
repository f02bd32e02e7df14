"""MD: what the browser carries for us. Signed, so that nobody makes one up; it says nothing else."""

import base64
import hmac

from sekisho.acquirer.server.service.ports import Fingerprint


def merchant_data(fingerprint: Fingerprint, id: str) -> str:
    """Make the MD of an authentication: printable, and shorter than any ACS's limit."""
    code = base64.urlsafe_b64encode(fingerprint.mac(b"MD\0" + id.encode())).rstrip(b"=")
    return f"{id}.{code.decode('ascii')}"


def holder_of(fingerprint: Fingerprint, md: str) -> str | None:
    """Tell whose MD it is; None when it is none of ours."""
    holder = md.partition(".")[0]
    genuine = hmac.compare_digest(
        merchant_data(fingerprint, holder).encode(), md.encode("utf-8", "surrogatepass")
    )
    return holder if genuine else None


def pares_mac(fingerprint: Fingerprint, pares: str) -> str:
    """Recognise a PARes by what the browser brought."""
    return fingerprint.mac(b"PaRes\0" + pares.encode("utf-8", "surrogatepass")).hex()
