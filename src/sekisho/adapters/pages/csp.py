"""What a page may load, embed and post to: its content security policy and its permissions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sekisho.kernel.errors import Misuse

SELF: Final = "'self'"
NONE: Final = "'none'"

_SOURCE: Final = re.compile(r"'self'|'none'|\*|[a-z][a-z0-9+.-]*:|[A-Za-z0-9:/.*_~%-]+")
"""A source that cannot end its directive: origins come from merchants' registrations."""

PERMISSIONS: Final = ", ".join(
    (
        # A challenge frame of any bank may ask for a passkey or a payment confirmation; the frame
        # still needs the `allow` attribute of the page around it.
        "publickey-credentials-get=*", "publickey-credentials-create=*", "payment=*",
        "accelerometer=()", "autoplay=()", "camera=()", "display-capture=()",
        "encrypted-media=()", "fullscreen=()", "geolocation=()", "gyroscope=()", "hid=()",
        "magnetometer=()", "microphone=()", "midi=()", "serial=()", "usb=()",
        "xr-spatial-tracking=()",
    )
)  # fmt: skip
"""The value of `Permissions-Policy` for all our pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Csp:
    """One page's policy: `'self'` and the page's nonce always; every list adds to that.

    `frame_ancestors` is the exception: who may frame the page is exactly who is listed, nobody by
    default. Raises Misuse for a source that is not one.
    """

    frame_ancestors: tuple[str, ...] = ()
    frame_src: tuple[str, ...] = ()
    form_action: tuple[str, ...] = (SELF,)
    """Exactly these; browsers apply it to redirects after the post as well."""
    connect_src: tuple[str, ...] = ()
    script_src: tuple[str, ...] = ()
    img_src: tuple[str, ...] = ()
    in_popup: bool = False
    """The page may stand in a window that a shop's page opened and wants to hear from afterwards:
    cut off from its opener, that window could never tell it anything."""

    def __post_init__(self) -> None:
        for sources in (
            self.frame_ancestors, self.frame_src, self.form_action, self.connect_src,
            self.script_src, self.img_src,
        ):  # fmt: skip
            for source in _listed(sources):
                if not _SOURCE.fullmatch(source):
                    raise Misuse(f"{source!r} is not a source of a content security policy")

    @property
    def framed(self) -> bool:
        """Tell whether anybody may frame the page."""
        return self.frame_ancestors not in {(), (NONE,)}

    def header(self, nonce: str) -> str:
        """Write the value of `Content-Security-Policy` for a page with this nonce."""
        scripts = (SELF, f"'nonce-{nonce}'")
        return "; ".join(
            (
                f"default-src {NONE}",
                f"script-src {_list(scripts, self.script_src)}",
                f"style-src {_list(scripts)}",
                f"img-src {_list((SELF, 'data:'), self.img_src)}",
                f"font-src {SELF}",
                f"connect-src {_list((SELF,), self.connect_src)}",
                f"frame-src {_list((SELF,), self.frame_src)}",
                f"form-action {_list(self.form_action) or NONE}",
                f"frame-ancestors {_list(self.frame_ancestors) or NONE}",
                f"base-uri {NONE}",
                f"object-src {NONE}",
            )
        )


def _listed(sources: object) -> tuple[str, ...]:
    # A text is a sequence of texts too: type checkers let `("x")` pass for `("x",)`.
    if not isinstance(sources, tuple):
        raise Misuse(f"sources come in a tuple, not as {sources!r}")
    return sources


def _list(*sources: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(source for group in sources for source in group))
