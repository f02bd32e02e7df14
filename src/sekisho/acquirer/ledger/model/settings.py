"""What the back office must be told before it starts."""

from dataclasses import dataclass
from datetime import timedelta

from sekisho.kernel.errors import Misuse
from sekisho.kernel.secret import Secret

ICON_PATTERNS = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSettings:
    """Settings of the order ledger."""

    origin: str
    """Where the staff find the ledger: scheme, host and port, without a path. Session cookies are
    marked Secure when it begins with https."""
    staff_password_hash: Secret[str]
    """Argon2 hash of the staff's password, in the encoded form that begins with `$argon2id$`."""
    path: str = "/ledger"
    """The path under which the origin shows the ledger, without a slash at the end."""
    icon_pattern: int = 1
    """Design of the authentication icons: 1 shields, 2 seals."""
    time_zone: str = "Asia/Tokyo"
    """IANA name of the shop's time zone, in which the pages show times."""
    page_size: int = 50
    """Orders on one page of the list."""
    idle_minutes: int = 30
    """Minutes without a click after which the staff must sign in again."""
    session_hours: int = 12
    """Hours after which the staff must sign in again in any case."""

    def __post_init__(self) -> None:
        if self.icon_pattern not in ICON_PATTERNS:
            raise Misuse("there are icon patterns 1 and 2")
        if not self.staff_password_hash.reveal().startswith("$argon2"):
            raise Misuse("the staff's password is given as an argon2 hash, never in clear")

    @property
    def idle(self) -> timedelta:
        """How long a session lives without a click."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def session_life(self) -> timedelta:
        """How long a session lives at most."""
        return timedelta(hours=self.session_hours)
