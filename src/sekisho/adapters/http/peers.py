"""Who is calling: the name in the client certificate that the TLS layer verified."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from litestar.connection import ASGIConnection
from litestar.exceptions import PermissionDeniedException
from litestar.handlers.base import BaseRouteHandler

from sekisho.kernel.errors import Misuse

EXTENSION: Final = "sekisho.peer"
"""The key of the ASGI scope's `extensions` under which the server leaves the verified name."""

NOT_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
"""Addresses that every development certificate carries; they tell nobody apart."""

Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]  # Any: a guard serves every application
Guard: TypeAlias = Callable[[Connection, BaseRouteHandler], None]


def peer_name(scope: Mapping[str, object]) -> str | None:
    """Give the name in the caller's verified certificate; None without one.

    Nothing that the caller writes into the request can change the answer: only the server's
    protocol class fills the extension in, from the TLS connection.
    """
    extensions = scope.get("extensions")
    peer = extensions.get(EXTENSION) if isinstance(extensions, Mapping) else None
    name = peer.get("name") if isinstance(peer, Mapping) else None
    return name if isinstance(name, str) else None


def require_peer(*names: str) -> Guard:
    """Make a Litestar guard that lets in only callers with one of these names."""
    if not names:
        raise Misuse("a guard that names no peer would let nobody in")
    allowed = frozenset(names)

    def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        name = peer_name(connection.scope)
        if name not in allowed:
            raise PermissionDeniedException(
                f"this port serves {', '.join(sorted(allowed))}; "
                f"the certificate names {name or 'nobody'}"
            )

    return guard


def name_in(certificate: Mapping[str, Any]) -> str | None:  # Any: the shape of ssl.getpeercert()
    """Read a peer's name from a certificate as `SSLSocket.getpeercert()` gives it.

    The subject's common name if there is exactly one; else the only DNS name or URI of the
    alternative names that is not this machine's. Two candidates are none: a certificate that
    says two things says nothing.
    """
    common_names = {
        value
        for relative_name in certificate.get("subject", ())
        for kind, value in relative_name
        if kind == "commonName"
    }
    if common_names:
        return _only(common_names)
    alternatives = certificate.get("subjectAltName", ())
    return _only(value for kind, value in alternatives if kind in {"DNS", "URI"})


def _only(values: Iterable[str]) -> str | None:
    names = {value for value in values if value and value not in NOT_NAMES}
    return names.pop() if len(names) == 1 else None
