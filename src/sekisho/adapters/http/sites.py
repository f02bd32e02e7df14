"""Which application answers: by host name, and by path within a host.

The browser's sites live on one port under different names, so that frames, cookies and policies are
really cross-site. An application sees paths from its own root; `mount_of` tells what was taken away.
ASGI's own `root_path` is not used: Litestar cuts a path at the first place where the text of
`root_path` occurs in it, and `/pay` occurs in `/api/v2/payments`.
"""

from collections.abc import Mapping
from typing import Final

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from sekisho.adapters.http.guards import with_body_limit, with_security_headers
from sekisho.adapters.http.raw import respond
from sekisho.kernel.errors import Misuse

TEXT: Final = "text/plain; charset=utf-8"
SITE_BODY_BYTES_MAX: Final = 256 * 1024
"""More than any application reads, so that each may refuse in its own words first."""
PLAIN_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Hosts that programs call, since most cannot resolve names under .localhost."""


MOUNT: Final = "sekisho.mount"
"""The key of the ASGI scope's `extensions` under which the prefix that was taken away stands."""


def mount_of(scope: Mapping[str, object]) -> str:
    """Give the prefix under which the application is mounted; empty at the root of its host."""
    extensions = scope.get("extensions")
    mount = extensions.get(MOUNT) if isinstance(extensions, Mapping) else None
    prefix = mount.get("prefix") if isinstance(mount, Mapping) else None
    return prefix if isinstance(prefix, str) else ""


class Paths:
    """Gives each request of one site to the application with the longest matching prefix.

    `Paths({"/": gateway, "/vault": vault})`. A prefix matches whole segments only: `/vaults` is not
    in the vault. Where nothing matches, the answer is 404.
    """

    def __init__(self, apps: Mapping[str, ASGIApp]) -> None:
        prefixes = {_prefix(path): app for path, app in apps.items()}
        if len(prefixes) != len(apps):
            raise Misuse(f"two applications under one prefix: {', '.join(apps)}")
        self._apps = sorted(prefixes.items(), key=lambda item: len(item[0]), reverse=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != ScopeType.HTTP:
            return
        path = scope["path"]
        for prefix, app in self._apps:
            if path.startswith(prefix) and (len(path) == len(prefix) or path[len(prefix)] == "/"):
                await app(_below(scope, prefix) if prefix else scope, receive, send)
                return
        await respond(send, 404, b"nothing answers under this path", TEXT)


class Sites:
    """Gives each request to the site that its `Host` header names.

    `Sites({"shop.localhost": shop, "pay.localhost": pay}, prefixes={"/pay": pay})`: on the plain
    hosts (`localhost`, `127.0.0.1`) the prefixes count. An unknown host is misdirected (421): to
    answer it would let a page of another name be the same origin as ours (DNS rebinding).

    Every answer carries the default security headers, and no site takes more than `body_limit`.
    """

    def __init__(
        self,
        hosts: Mapping[str, ASGIApp],
        *,
        prefixes: Mapping[str, ASGIApp] | None = None,
        body_limit: int = SITE_BODY_BYTES_MAX,
    ) -> None:
        self._hosts = {name.lower(): app for name, app in hosts.items()}
        if prefixes:
            plain = Paths(prefixes)
            self._hosts |= {name: plain for name in PLAIN_HOSTS if name not in self._hosts}

        self._guarded = with_security_headers(with_body_limit(self._dispatch, limit=body_limit))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._guarded(scope, receive, send)

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return
        app = self._hosts.get(_host(scope))
        if app is None:
            names = ", ".join(sorted(self._hosts))
            await respond(
                send, 421, f"no site of that name is served here; there are: {names}".encode(), TEXT
            )
            return
        await app(scope, receive, send)


def _prefix(path: str) -> str:
    if not path.startswith("/") or "//" in path or "?" in path:
        raise Misuse(f"a path prefix begins with one slash, unlike {path!r}")
    return path.rstrip("/")


def _below(scope: HTTPScope, prefix: str) -> HTTPScope:
    """Give the scope as the application under a prefix sees it; the outer one stays as it was."""
    inner = scope.copy()
    inner["path"] = scope["path"][len(prefix) :] or "/"
    mount: dict[object, object] = {"prefix": mount_of(scope) + prefix}
    inner["extensions"] = {**(scope.get("extensions") or {}), MOUNT: mount}
    raw = scope.get("raw_path")
    if raw and raw.startswith(prefix.encode()):
        inner["raw_path"] = raw[len(prefix) :] or b"/"
    return inner


def _host(scope: HTTPScope) -> str:
    """Read the host without its port; two `Host` headers name none (RFC 9112 section 3.2)."""
    values = [value for name, value in scope["headers"] if name == b"host"]
    if len(values) != 1:
        return ""
    text = values[0].decode("latin-1").strip().lower()
    name, colon, port = text.rpartition(":")
    if colon and port.isdigit():
        text = name
    return text.removesuffix(".")
