"""The acquirer's side put together: shop, ledger, gateway, vault."""

from dataclasses import dataclass

from sekisho.acquirer.gateway import store as gateway_store
from sekisho.acquirer.gateway import web as gateway_web
from sekisho.acquirer.gateway.model.settings import GatewaySettings
from sekisho.acquirer.gateway.service import GatewayService
from sekisho.acquirer.ledger import store as ledger_store
from sekisho.acquirer.ledger import web as ledger_web
from sekisho.acquirer.ledger.model import LedgerSettings
from sekisho.acquirer.ledger.service import Orders, Staff
from sekisho.acquirer.storefront import store as storefront_store
from sekisho.acquirer.storefront import web as storefront_web
from sekisho.acquirer.storefront.model import StorefrontSettings
from sekisho.acquirer.storefront.service import Carts, Checkouts, Errands
from sekisho.acquirer.vault import store as vault_store
from sekisho.acquirer.vault import web as vault_web
from sekisho.acquirer.vault.model import VaultSettings
from sekisho.acquirer.vault.service import Vault
from sekisho.adapters.http.client import Peer
from sekisho.app.rooms import Room
from sekisho.app.wiring.parts import Foundation, Surroundings
from sekisho.clients.gateway import Gateway
from sekisho.clients.ledger import Ledger
from sekisho.clients.members import Bank
from sekisho.clients.server import ThreeDSServer
from sekisho.clients.vault import Vault as VaultClient
from sekisho.kernel.secret import Secret


async def build_vault(settings: VaultSettings, around: Surroundings) -> Room:
    """Put the vault together."""
    base = await Foundation.lay(
        "vault",
        around,
        migrations=vault_store.MIGRATIONS,
        effects=vault_store.EFFECTS,
    )
    vault = Vault(
        settings,
        tokens=base.records(vault_store.TOKENS),
        seal=around.keyring.seal("vault-cards"),
        digest=around.keyring.mac("vault-tokens"),
        clock=around.clock,
        chance=around.chance,
        log=base.log,
    )
    base.performs(vault.perform)
    return Room(
        name="vault",
        database=base.database,
        outbox=base.outbox,
        site=vault_web.site(vault, clock=around.clock, log=base.log),
        peers=vault_web.peers(vault, log=base.log),
        closers=tuple(base.closers),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopIdentity:
    """How the storefront calls the payment API."""

    gateway_url: str
    client_id: str
    client_secret: Secret[str]
    merchant_id: str

    def gateway(self) -> Gateway:
        """Open the payment API as this merchant."""
        return Gateway(
            Peer(self.gateway_url, identity=None, read_s=15.0),
            client_id=self.client_id,
            client_secret=self.client_secret,
            merchant_id=self.merchant_id,
        )


async def build_gateway(
    settings: GatewaySettings, around: Surroundings, *, server_api_key: Secret[str]
) -> Room:
    """Put the payment gateway together."""
    base = await Foundation.lay(
        "gateway",
        around,
        migrations=gateway_store.MIGRATIONS,
        effects=gateway_store.EFFECTS,
    )
    service = GatewayService(
        settings,
        payments=base.records(gateway_store.PAYMENTS),
        slots=base.records(gateway_store.SLOTS),
        outbox=base.outbox,
        vault=VaultClient(base.peer("vault")),
        server=ThreeDSServer(base.peer("server"), server_api_key),
        bank=Bank(base.peer("members")),
        clock=around.clock,
        chance=around.chance,
        log=base.log,
    )
    base.performs(service.perform)
    return Room(
        name="gateway",
        database=base.database,
        outbox=base.outbox,
        site=gateway_web.site(service, settings, clock=around.clock, log=base.log),
        closers=tuple(base.closers),
    )


async def build_storefront(
    settings: StorefrontSettings, around: Surroundings, shop: ShopIdentity
) -> Room:
    """Put the shop together. It knows the gateway by its public API, as any merchant does."""
    base = await Foundation.lay(
        "storefront",
        around,
        migrations=storefront_store.MIGRATIONS,
        effects=storefront_store.EFFECTS,
    )
    gateway = shop.gateway()
    base.closers.append(gateway.close)
    carts = base.records(storefront_store.CARTS)
    checkouts = base.records(storefront_store.CHECKOUTS)
    errands = Errands(
        carts=carts,
        checkouts=checkouts,
        gateway=gateway,
        ledger=Ledger(base.peer("ledger")),
        settings=settings,
        clock=around.clock,
        log=base.log,
    )
    base.performs(errands.perform)
    return Room(
        name="storefront",
        database=base.database,
        outbox=base.outbox,
        site=storefront_web.site(
            settings=settings,
            carts=Carts(carts=carts, settings=settings, clock=around.clock),
            checkouts=Checkouts(
                carts=carts,
                checkouts=checkouts,
                outbox=base.outbox,
                settings=settings,
                clock=around.clock,
                chance=around.chance,
                log=base.log,
            ),
            clock=around.clock,
            chance=around.chance,
            log=base.log,
        ),
        closers=tuple(base.closers),
    )


async def build_ledger(settings: LedgerSettings, around: Surroundings) -> Room:
    """Put the shop's back office together."""
    base = await Foundation.lay(
        "ledger",
        around,
        migrations=ledger_store.MIGRATIONS,
        effects=ledger_store.EFFECTS,
    )
    orders = Orders(orders=base.records(ledger_store.ORDERS), log=base.log)
    staff = Staff(
        sessions=base.records(ledger_store.SESSIONS),
        settings=settings,
        password_fits=ledger_web.password_check(settings.staff_password_hash),
        clock=around.clock,
        chance=around.chance,
        log=base.log,
    )
    return Room(
        name="ledger",
        database=base.database,
        outbox=base.outbox,
        site=ledger_web.site(
            settings=settings,
            orders=orders,
            staff=staff,
            clock=around.clock,
            chance=around.chance,
            log=base.log,
        ),
        peers=ledger_web.peers(orders, log=base.log),
        closers=tuple(base.closers),
    )
