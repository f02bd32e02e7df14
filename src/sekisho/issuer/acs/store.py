"""How the Access Control Server's records lie in a database."""

from pathlib import Path
from typing import Final

from sekisho.adapters.records import Table
from sekisho.issuer.acs.flow.left import EFFECTS as AUTHENTICATION_EFFECTS
from sekisho.issuer.acs.flow.remembered import ForgetProfile
from sekisho.issuer.acs.flow.threeds1 import EFFECTS as OLD_EFFECTS
from sekisho.issuer.acs.model import Authentication, CardGuard, DeviceProfile
from sekisho.issuer.acs.model.threeds1 import OldAuthentication

MIGRATIONS: Final = Path(__file__).parent / "migrations"

AUTHENTICATIONS: Final = Table(
    name="authentication",
    record=Authentication,
    key=lambda record: record.id,
    columns={
        "state": lambda record: record.state.value,
        "server_trans_id": lambda record: record.transaction.server_trans_id,
        "card_key": lambda record: record.card_key,
    },
    effects=AUTHENTICATION_EFFECTS,
)
DEVICE_PROFILES: Final = Table(
    name="device_profile",
    record=DeviceProfile,
    key=lambda record: record.id,
    effects=(ForgetProfile,),
)
CARD_GUARDS: Final = Table(name="card_guard", record=CardGuard, key=lambda record: record.id)
OLD_AUTHENTICATIONS: Final = Table(
    name="threeds1_authentication",
    record=OldAuthentication,
    key=lambda record: record.id,
    columns={
        "state": lambda record: record.state.value,
        "card_key": lambda record: record.card_key,
    },
    effects=OLD_EFFECTS,
)
EFFECTS: Final[tuple[type, ...]] = tuple(
    dict.fromkeys((*AUTHENTICATIONS.effects, *DEVICE_PROFILES.effects, *OLD_EFFECTS))
)
