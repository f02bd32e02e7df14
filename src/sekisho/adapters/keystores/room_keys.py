"""The working keys of one room, in the shapes that its service and the protocol take."""

from collections.abc import Mapping, Sequence

from sekisho.adapters.keystores.needs import (
    DEVICE_DATA,
    ROOM_KEYS,
    KeyNeed,
    authentication_value_key,
)
from sekisho.adapters.keystores.port import (
    HeldKey,
    KeyMissing,
    KeyName,
    KeyStore,
    PrivateKey,
)
from sekisho.kernel.brands import Brand
from sekisho.protocol.authentication_value import KeyRing


class RoomKeys:
    """Finds keys by what they are for. The newest of a name works; older ones still verify."""

    def __init__(self, store: KeyStore, room: str, *, more: tuple[KeyNeed, ...] = ()) -> None:
        self._store = store
        self._needs = (*ROOM_KEYS[room], *more)
        self._room = room

    def make_sure(self) -> list[HeldKey]:
        """Make what the room lacks where that is this store's way; give what was made.

        Raises KeyMissing where keys are made by hand: at the start, not at the first purchase.
        """
        missing = self.missing()
        if missing and not self._store.makes_at_need:
            raise KeyMissing(
                f"{self._room} lacks the keys {', '.join(need.name for need in missing)}; "
                f"make them with: sekisho keys make {self._room}"
            )
        return self.make_missing()

    def make_missing(self) -> list[HeldKey]:
        """Make one key for each need that has none."""
        return [self._store.make(need.name, need.kinds[0], if_none=True) for need in self.missing()]

    def missing(self) -> list[KeyNeed]:
        """List the needs for which there is no key."""
        held = self._store.held()
        return [need for need in self._needs if not _serving(held, need)]

    def authentication_values(self) -> Mapping[Brand, KeyRing]:
        """Give the ring of each brand's authentication value keys."""
        held = self._store.held()
        return {brand: self._ring(held, authentication_value_key(brand)) for brand in Brand}

    def newest(self, need: KeyNeed) -> tuple[KeyName, PrivateKey]:
        """Give the private key that works for a need now, and its name. Raises KeyMissing."""
        keys = _serving(self._store.held(), need)
        if not keys:
            raise KeyMissing(f"{self._room} lacks the key {need.name}")
        name = keys[-1].name
        return name, self._store.private(name)

    def device_data_keys(self) -> Mapping[str, PrivateKey]:
        """Give every key to which sdkEncData may be encrypted, by its kid."""
        found = _serving(self._store.held(), DEVICE_DATA)
        return {str(key.name): self._store.private(key.name) for key in found}

    def _ring(self, held: Sequence[HeldKey], name: str) -> KeyRing:
        numbers = [key.name.number for key in held if key.name.name == name]
        if not numbers:
            raise KeyMissing(f"{self._room} lacks the key {name}")
        keys = {number: self._store.mac(KeyName(name=name, number=number)) for number in numbers}
        return KeyRing(keys=keys, current=max(numbers))


def _serving(held: Sequence[HeldKey], need: KeyNeed) -> list[HeldKey]:
    """Give the keys that may serve, the newest last."""
    return [key for key in held if key.name.name == need.name and key.kind in need.kinds]
