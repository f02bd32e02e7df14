"""The way to a PKCS#11 module: sessions kept ready, and opened anew when the token was lost.

A process has one `Module` for one library: PKCS#11 knows a process, not its parts, and opening the
library anew ends the sessions of everybody in it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import pkcs11
from pkcs11 import Attribute, Key, ObjectClass, Session

from sekisho.adapters.keystores.locking import allow_threads
from sekisho.adapters.keystores.port import KeyMissing, KeyName, KeyStoreFailed
from sekisho.kernel.secret import Secret

if TYPE_CHECKING:
    from pkcs11._pkcs11 import lib

Library: TypeAlias = "lib"
Result = TypeVar("Result")

LOST: Final = (
    pkcs11.DeviceError,
    pkcs11.DeviceRemoved,
    pkcs11.FunctionFailed,
    pkcs11.GeneralError,
    pkcs11.KeyHandleInvalid,
    pkcs11.ObjectHandleInvalid,
    pkcs11.SessionClosed,
    pkcs11.SessionHandleInvalid,
    pkcs11.TokenNotPresent,
    pkcs11.UserNotLoggedIn,
)
"""What a module says when its token was taken out, failed over or started again."""
PIN_REFUSED: Final = (
    pkcs11.PinExpired,
    pkcs11.PinIncorrect,
    pkcs11.PinInvalid,
    pkcs11.PinLenRange,
    pkcs11.PinLocked,
)
LABEL: Final = "sekisho:"
WAIT_S: Final = 10.0
"""For a session, while all are in use: longer than any honest module takes for all before us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the keys are, and who may use them."""

    module: str
    """Path of the library that the maker of the token ships."""
    token: str
    """Label of the token."""
    pin: Secret[str]
    """The user's PIN: shown nowhere."""
    sessions_max: int = 8
    """How many operations may run at once; with 1 the module need not know of threads."""


@dataclass(slots=True)
class Seat:
    """A session, and the handles of the keys that were used in it: each is looked up once."""

    session: Session
    keys: dict[tuple[KeyName, ObjectClass], Key] = field(default_factory=dict)

    def key(self, name: KeyName, kind: ObjectClass) -> Key:
        """Find a key by its label and id. Raises KeyMissing."""
        known = self.keys.get((name, kind))
        if known is None:
            known = self.keys[name, kind] = self._find(name, kind)
        return known

    def every(self, kind: ObjectClass, name: KeyName | None = None) -> list[Key]:
        """List the keys of a class that are kept in the token, or those of one name."""
        # Fails in one plain way when the session is dead, which a search does not.
        self.session.generate_random(8)
        wanted: dict[Attribute, object] = {Attribute.CLASS: kind, Attribute.TOKEN: True}
        if name is not None:
            wanted |= {Attribute.LABEL: label_of(name.name), Attribute.ID: bytes((name.number,))}
        return [found for found in self.session.get_objects(wanted) if isinstance(found, Key)]

    def _find(self, name: KeyName, kind: ObjectClass) -> Key:
        found = self.every(kind, name)
        if len(found) != 1:
            raise KeyMissing(
                f"the token holds {len(found) or 'no'} keys {name} for that use; it takes one"
            )
        return found[0]


def label_of(name: str) -> str:
    """Give the label that our keys bear: a token may hold other programs' keys as well."""
    return f"{LABEL}{name}"


class _Lost(Exception):
    """The token was lost under the work; raised and caught here only."""

    def __init__(self, reason: pkcs11.PKCS11Error) -> None:
        super().__init__()
        self.reason = reason


class Module:
    """Runs work in sessions of one token; safe to use from several threads."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._permits = BoundedSemaphore(place.sessions_max)
        self._lock = Lock()
        self._renewing = Lock()
        self._free: list[Seat] = []
        self._library: Library | None = None
        self._door: Session | None = None
        self._times_lost = 0
        self._pin_refused = False

    def __repr__(self) -> str:
        return f"<PKCS#11 token {self._place.token}>"

    def run(self, work: Callable[[Seat], Result]) -> Result:
        """Do the work in a session, and once more in a fresh one if the token had been lost.

        So work must be as good done twice as once. Raises KeyStoreFailed when it cannot be done,
        and what the work itself raises on purpose.
        """
        times_lost = self._times_lost
        try:
            return self._run(work)
        except _Lost:
            self._renew(times_lost)
        try:
            return self._run(work)
        except _Lost as error:
            raise self._failed(error.reason) from error

    def close(self) -> None:
        """Log out and let go of the library."""
        self._renew(self._times_lost)

    def _run(self, work: Callable[[Seat], Result]) -> Result:
        try:
            with self._borrowed() as seat:
                return work(seat)
        except pkcs11.PKCS11Error as error:
            if _is_lost(error):
                raise _Lost(error) from error
            self._pin_refused |= isinstance(error, PIN_REFUSED)
            raise self._failed(error) from error

    @contextmanager
    def _borrowed(self) -> Iterator[Seat]:
        if not self._permits.acquire(timeout=WAIT_S):
            raise KeyStoreFailed(f"{self!r} is busy: no session came free in {WAIT_S:.0f} s")
        try:
            with self._lock:
                seat = self._free.pop() if self._free else self._open()
            try:
                yield seat
            except pkcs11.PKCS11Error as error:
                # Not used again: whatever it was doing may not have ended. A lost one is dead.
                if not _is_lost(error):
                    seat.session.close()
                raise
            except BaseException:
                self._put_back(seat)
                raise
            self._put_back(seat)
        finally:
            self._permits.release()

    def _open(self) -> Seat:
        if self._pin_refused:
            # Tried again and again, a wrong PIN locks the token for everybody.
            raise KeyStoreFailed(f"{self!r} refused the PIN; start again with the right one")
        token = self._loaded().get_token(token_label=self._place.token)
        if self._door is None:
            # It holds the login that all sessions of the process share: whoever closes it logs
            # everybody out, so it does no work.
            self._door = token.open(rw=True, user_pin=self._place.pin.reveal())
        return Seat(token.open(rw=True))

    def _put_back(self, seat: Seat) -> None:
        with self._lock:
            self._free.append(seat)

    def _loaded(self) -> Library:
        if self._library is None:
            self._library = pkcs11.lib(self._place.module)
            if self._place.sessions_max > 1 and not allow_threads(self._place.module):
                self._forget()
                raise KeyStoreFailed(f"{self!r} takes one caller at a time: set sessions_max to 1")
        return self._library

    def _renew(self, times_lost: int) -> None:
        """Forget every session, once nobody uses one; whoever comes second finds it done."""
        with self._renewing:
            if self._times_lost != times_lost:
                return
            for _ in range(self._place.sessions_max):
                self._permits.acquire()
            try:
                self._forget()
            finally:
                for _ in range(self._place.sessions_max):
                    self._permits.release()

    def _forget(self) -> None:
        self._times_lost += 1
        self._free.clear()
        self._door = None
        library, self._library = self._library, None
        if library is not None and library.initialized:
            try:
                library.finalize()
            except pkcs11.PKCS11Error:
                # A module that has lost its token may have nothing left to end; what counts is
                # that it is opened anew.
                return

    def _failed(self, error: pkcs11.PKCS11Error) -> KeyStoreFailed:
        # Its own words name handles and mechanisms at most, never a PIN or what was worked on.
        return KeyStoreFailed(f"{self!r}: {type(error).__name__} {error}".rstrip())


def _is_lost(error: pkcs11.PKCS11Error) -> bool:
    # CKR_CRYPTOKI_NOT_INITIALIZED, after somebody ended the library, has no class of its own.
    return isinstance(error, LOST) or "not initialized" in str(error)
