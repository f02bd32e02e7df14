"""The script for the pages of shops, with the digest that a shop pins it by."""

import base64
import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from litestar import Response

IMMUTABLE: Final = "public, max-age=31536000, immutable"
JAVASCRIPT: Final = "text/javascript; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script file and its digest. Its bytes never change under one address."""

    body: bytes
    integrity: str
    """As in the `integrity` attribute: sha384 and the digest in base64."""

    def response(self) -> Response[bytes]:
        """Serve it to any page, to be kept for good."""
        return Response(
            self.body,
            media_type=JAVASCRIPT,
            headers={
                "Cache-Control": IMMUTABLE,
                # Integrity is checked only for what the page may read: SRI needs both.
                "Access-Control-Allow-Origin": "*",
                "Cross-Origin-Resource-Policy": "cross-origin",
                "X-Content-Type-Options": "nosniff",
            },
        )


def load_script(name: str) -> Script:
    """Read one of the scripts that ship with the room."""
    body = files("sekisho.acquirer.vault").joinpath("script", name).read_bytes()
    digest = base64.b64encode(hashlib.sha384(body).digest()).decode("ascii")
    return Script(body=body, integrity=f"sha384-{digest}")
