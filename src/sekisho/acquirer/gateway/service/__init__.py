"""What the gateway does: for merchants' programs, for buyers' browsers, and by itself."""

from datetime import timedelta

from sekisho.acquirer.gateway.flow import Limits
from sekisho.acquirer.gateway.model.payment import Payment, RequestSlot
from sekisho.acquirer.gateway.model.settings import GatewaySettings
from sekisho.acquirer.gateway.service.access import Access
from sekisho.acquirer.gateway.service.desk import Answer, Desk
from sekisho.acquirer.gateway.service.intake import Intake
from sekisho.acquirer.gateway.service.links import Links
from sekisho.acquirer.gateway.service.orchestration import Orchestration
from sekisho.acquirer.gateway.service.payments import Payments
from sekisho.acquirer.gateway.service.performing import Performing
from sekisho.acquirer.gateway.service.ports import Bank, ThreeDSServer, Vault
from sekisho.acquirer.gateway.service.signing import Signer
from sekisho.kernel.chance import Chance
from sekisho.kernel.clock import Clock
from sekisho.kernel.log import Log
from sekisho.kernel.store import Outbox, Store

__all__ = ["Access", "Answer", "GatewayService", "Intake", "Orchestration", "Payments"]


class GatewayService:
    """The payment gateway, put together from its use cases."""

    def __init__(
        self,
        settings: GatewaySettings,
        *,
        payments: Store[Payment],
        slots: Store[RequestSlot],
        outbox: Outbox,
        vault: Vault,
        server: ThreeDSServer,
        bank: Bank,
        clock: Clock,
        chance: Chance,
        log: Log,
    ) -> None:
        limits = limits_of(settings)
        signer = Signer(settings.signing_key)
        links = Links(settings.public_url, signer)
        desk = Desk(slots, signer, clock, chance)
        self.links = links
        self.access = Access(settings, signer, clock, chance)
        self.intake = Intake(
            settings=settings,
            limits=limits,
            payments=payments,
            outbox=outbox,
            desk=desk,
            vault=vault,
            signer=signer,
            clock=clock,
            chance=chance,
        )
        self.payments = Payments(
            limits=limits, payments=payments, outbox=outbox, desk=desk, clock=clock
        )
        self.orchestration = Orchestration(
            limits=limits, payments=payments, outbox=outbox, links=links, clock=clock, log=log
        )
        self._performing = Performing(
            settings=settings,
            limits=limits,
            payments=payments,
            vault=vault,
            server=server,
            bank=bank,
            links=links,
            clock=clock,
            log=log,
        )

    async def perform(self, key: str, effect: object) -> None:
        """Carry out one effect; the outbox calls this."""
        await self._performing.perform(key, effect)


def limits_of(settings: GatewaySettings) -> Limits:
    """Give the flow's limits as the settings say them."""
    return Limits(
        orchestration=timedelta(seconds=settings.orchestration_life_s),
        result_interval=timedelta(seconds=settings.result_interval_s),
        challenge=timedelta(seconds=settings.challenge_limit_s),
        authorization=timedelta(seconds=settings.authorization_limit_s),
    )
