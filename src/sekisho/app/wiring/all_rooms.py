"""Every room by name: all of them for the house, one of them from its settings file."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Final

from sekisho.acquirer.ledger.web import hash_password
from sekisho.acquirer.vault.web.scripts import load_script
from sekisho.adapters.log import get_log
from sekisho.app.addresses import Addresses
from sekisho.app.credentials import Credentials
from sekisho.app.rooms import Room
from sekisho.app.sandbox import Sandbox
from sekisho.app.settings import BadSettings, RoomFile
from sekisho.app.wiring.acquirer import (
    ShopIdentity,
    build_gateway,
    build_ledger,
    build_storefront,
    build_vault,
)
from sekisho.app.wiring.issuer import build_acs, build_members
from sekisho.app.wiring.network import build_directory, build_server
from sekisho.app.wiring.parts import Surroundings
from sekisho.kernel.mail import Mailer
from sekisho.kernel.secret import Secret
from sekisho.testkit.mischief import Mischief
from sekisho.testkit.sandbox_decision import SandboxDecision

SCRIPT: Final = "sekisho.1.js"
SIGNING_KEY: Final = b"sekisho gateway signing key, derived from the keyring"


async def build_house(
    credentials: Credentials, around: Surroundings, stack: AsyncExitStack
) -> list[Room]:
    """Build every room of the sandbox; the stack closes them."""
    sandbox = Sandbox(credentials)
    mischief = Mischief(log=get_log("mischief"))
    script = load_script(SCRIPT)
    signing_key = Secret(around.keyring.mac("gateway-signing").mac(SIGNING_KEY))
    shop = ShopIdentity(
        gateway_url=around.peer_urls.get("gateway", Addresses(credentials.port).program("pay")),
        client_id=credentials.client_id,
        client_secret=Secret(credentials.client_secret),
        merchant_id=credentials.merchant_id,
    )
    storefront = sandbox.storefront(
        script_path=f"/vault/js/{SCRIPT}", script_integrity=script.integrity
    )
    password_hash = hash_password(credentials.staff_password)
    building: list[Awaitable[Room]] = [
        build_members(sandbox.members(), around),
        build_acs(sandbox.acs(), around, sandbox_decision=SandboxDecision, mischief=mischief),
        build_directory(sandbox.directory(), around, mischief=mischief),
        build_server(
            sandbox.server(), around, silent_method_url=sandbox.silent_method_url, mischief=mischief
        ),
        build_vault(sandbox.vault(), around),
        build_gateway(
            sandbox.gateway(signing_key=signing_key), around,
            server_api_key=Secret(credentials.gateway_api_key),
        ),
        build_ledger(sandbox.ledger(staff_password_hash=password_hash), around),
        build_storefront(storefront, around, shop),
    ]  # fmt: skip
    rooms = []
    for coming in building:
        room = await coming
        stack.push_async_callback(room.close)
        rooms.append(room)
    return rooms


async def build_room(
    name: str, file: RoomFile, around: Surroundings, stack: AsyncExitStack
) -> Room:
    """Build one room as its settings file says; the stack closes it."""
    builders: Mapping[str, Callable[[], Awaitable[Room]]] = {
        "storefront": lambda: build_storefront(file.settings, around, shop_identity(file)),
        "ledger": lambda: build_ledger(file.settings, around),
        "gateway": lambda: build_gateway(
            file.settings, around, server_api_key=file.secret("server_api_key")
        ),
        "vault": lambda: build_vault(file.settings, around),
        "server": lambda: build_server(file.settings, around),
        "directory": lambda: build_directory(file.settings, around),
        "acs": lambda: build_acs(file.settings, around),
        "members": lambda: build_members(file.settings, around, mailer=mailer_of(file)),
    }
    room = await builders[name]()
    stack.push_async_callback(room.close)
    return room


def mailer_of(file: RoomFile) -> Mailer | None:
    """Give the way to the mail server that the file names, if it names one."""
    if file.mail is None:
        return None
    from sekisho.adapters.mail import SmtpMailer  # noqa: PLC0415 - loads when needed

    return SmtpMailer(file.mail)


def shop_identity(file: RoomFile) -> ShopIdentity:
    """Read how the storefront calls the payment API. Raises BadSettings when something lacks."""
    if file.gateway_url is None:
        raise BadSettings("the storefront needs gateway_url")
    return ShopIdentity(
        gateway_url=file.gateway_url,
        client_id=file.secret("client_id").reveal(),
        client_secret=file.secret("client_secret"),
        merchant_id=file.secret("merchant_id").reveal(),
    )
