"""Stylesheets, scripts and pictures under names that carry their content's hash.

A name never changes its content, so that browsers may keep it for ever; a changed file has another
name, so that nobody sees an old one.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from litestar.enums import ScopeType
from litestar.types import Receive, Scope, Send

from sekisho.adapters.http.raw import respond
from sekisho.kernel.errors import Misuse

PREFIX: Final = "/static/"
KINDS: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
FOREVER: Final = b"public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """One file as it is served."""

    name: str
    """With the content's hash: `style.3f9a1c0b2d4e.css`."""
    kind: str
    body: bytes
    integrity: str
    """For the `integrity` attribute of whoever embeds the file from another site."""


class StaticFiles:
    """The files of some folders, by plain name; of two with one name, the first folder's counts."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self._by_plain_name: dict[str, StaticFile] = {}
        for folder in folders:
            for path in sorted(folder.glob("*")):
                if path.suffix in KINDS and path.name not in self._by_plain_name:
                    self._by_plain_name[path.name] = _read(path)
        self._served = {file.name: file for file in self._by_plain_name.values()}

    def path(self, plain_name: str) -> str:
        """Give the path under which a file is served now."""
        return PREFIX + self.file(plain_name).name

    def file(self, plain_name: str) -> StaticFile:
        """Give a file by its plain name; Misuse when there is none."""
        file = self._by_plain_name.get(plain_name)
        if file is None:
            raise Misuse(f"there is no static file {plain_name!r}")
        return file

    def find(self, served_name: str) -> StaticFile | None:
        """Give a file by the name it is served under."""
        return self._served.get(served_name)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the files as an ASGI application, at `/static/` of a site or with that stripped."""
        if scope["type"] != ScopeType.HTTP:
            return
        file = self.find(scope["path"].rpartition("/")[2])
        if file is None:
            await respond(send, 404, b"no such file", "text/plain; charset=utf-8")
        elif scope["method"] not in {"GET", "HEAD"}:
            await respond(
                send, 405, b"GET only", "text/plain; charset=utf-8", ((b"allow", b"GET, HEAD"),)
            )
        else:
            body = b"" if scope["method"] == "HEAD" else file.body
            await respond(send, 200, body, file.kind, ((b"cache-control", FOREVER), *SAFE))


SAFE: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


def _read(path: Path) -> StaticFile:
    body = path.read_bytes()
    digest = hashlib.sha256(body)
    short = digest.hexdigest()[:12]
    return StaticFile(
        name=f"{path.stem}.{short}{path.suffix}",
        kind=KINDS[path.suffix],
        body=body,
        integrity="sha256-" + base64.b64encode(digest.digest()).decode("ascii"),
    )
