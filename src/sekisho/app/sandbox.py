"""The sandbox's settings: one shop, one payment provider, one scheme, one bank, all on loopback."""

from typing import Final

from sekisho.acquirer.gateway.model.settings import ANY_ORIGIN, GatewaySettings, MerchantProfile
from sekisho.acquirer.ledger.model import LedgerSettings
from sekisho.acquirer.server.model import (
    DirectoryServer,
    Requestor,
    ServerSettings,
    api_key_digest,
)
from sekisho.acquirer.server.model.threeds1 import PlugInSettings
from sekisho.acquirer.storefront.model import StorefrontSettings
from sekisho.acquirer.vault.model import Merchant, VaultSettings
from sekisho.app.addresses import Addresses
from sekisho.app.credentials import Credentials
from sekisho.interoperability.directory.model import Acs, CardRange, DirectorySettings, Member
from sekisho.interoperability.directory.model.threeds1 import (
    Acquirer,
    OldMerchant,
    OldRange,
    OldSettings,
)
from sekisho.issuer.acs.model import AcsSettings
from sekisho.issuer.acs.model.threeds1 import OldAcsSettings
from sekisho.issuer.members.model import CardRange as IssuedRange
from sekisho.issuer.members.model import DefaultFactors, MembersSettings
from sekisho.kernel.brands import BRANDS
from sekisho.kernel.secret import Secret
from sekisho.testkit.cards import SANDBOX_APP_SECRET, SANDBOX_PASSWORD

SERVER_REFERENCE: Final = "3DS_LOA_SER_SKSH_020200_00001"
DIRECTORY_REFERENCE: Final = "DS_LOA_DIS_SKSH_020200_00001"
ACS_REFERENCE: Final = "3DS_LOA_ACS_SKSH_020200_00001"
SERVER_OPERATOR: Final = "sekisho-sandbox-server"
ACS_OPERATOR: Final = "sekisho-sandbox-acs"
ACQUIRER_BIN: Final = "412345"
OLD_PASSWORD: Final = "hakone16"
"""What the merchant GUARDED must present in a VEReq of 1.0.2."""
BANK_NAME: Final = "Hakone Bank"
PATIENT: Final = 1000
"""What one address may do in a minute: in a sandbox every buyer and every test has the same one."""


class Sandbox:
    """Gives every room's settings for one public port and one set of credentials."""

    def __init__(self, credentials: Credentials) -> None:
        self._keys = credentials
        self._at = Addresses(credentials.port)

    def storefront(self, *, script_path: str, script_integrity: str) -> StorefrontSettings:
        """The shop."""
        pay = self._at.site("pay")
        return StorefrontSettings(
            origin=self._at.site("shop"),
            script_url=f"{pay}{script_path}",
            script_integrity=script_integrity,
            publishable_key=self._keys.publishable_key,
            gateway_origin=pay,
            orders_per_minute=PATIENT,
        )

    def ledger(self, *, staff_password_hash: Secret[str]) -> LedgerSettings:
        """The shop's back office."""
        return LedgerSettings(origin=self._at.site("shop"), staff_password_hash=staff_password_hash)

    def gateway(self, *, signing_key: Secret[bytes]) -> GatewaySettings:
        """The payment provider, with the shop as its one merchant."""
        shop = self._at.site("shop")
        return GatewaySettings(
            public_url=self._at.site("pay"),
            signing_key=signing_key,
            merchants=(
                MerchantProfile(
                    merchant_id=self._keys.merchant_id,
                    client_id=self._keys.client_id,
                    client_secret=Secret(self._keys.client_secret),
                    name="Toge Chaya",
                    mcc="5499",
                    country="JP",
                    acquirer_bin=ACQUIRER_BIN,
                    requestor_id=f"{ACQUIRER_BIN}-{self._keys.merchant_id}",
                    requestor_name="Toge Chaya",
                    requestor_url=shop,
                    return_origins=(shop, ANY_ORIGIN),  # a foreign client may be anywhere
                ),
            ),
        )

    def vault(self) -> VaultSettings:
        """The vault, with the shop as its one merchant."""
        return VaultSettings(
            site_origin=self._at.site("pay"),
            tokens_per_minute_and_address=PATIENT,
            merchants=(
                Merchant(
                    merchant_id=self._keys.merchant_id,
                    publishable_key=self._keys.publishable_key,
                    name="Toge Chaya",
                    origins=(self._at.site("shop"),),
                ),
            ),
        )

    def server(self) -> ServerSettings:
        """The 3DS Server, with the house's gateway and one foreign payment provider."""
        shop = self._at.site("shop")
        return ServerSettings(
            reference_number=SERVER_REFERENCE,
            operator_id=SERVER_OPERATOR,
            url=f"{self._at.peer('server')}/3ds",
            requestors=(
                Requestor(
                    name="gateway", api_key_sha256=api_key_digest(self._keys.gateway_api_key)
                ),
                Requestor(
                    name="foreign",
                    api_key_sha256=api_key_digest(self._keys.api_key),
                    requestor_id="sandbox-requestor",
                    requestor_name="Sandbox requestor",
                    requestor_url=shop,
                ),
            ),
            # A restart on another port must hear of the ACS's new address.
            directories=(DirectoryServer(ranges_again_s=0),),
            threeds1=PlugInSettings(acq_bin=ACQUIRER_BIN, mer_id=self._keys.merchant_id),
        )

    def directory(self) -> DirectorySettings:
        """The card scheme: one 3DS Server, one ACS, every brand's numbers."""
        acs = Acs(
            certificate_name="acs",
            url=f"{self._at.peer('acs')}/3ds",
            reference_number=ACS_REFERENCE,
            operator_id=ACS_OPERATOR,
        )
        method = f"{self._at.site('bank')}/acs/method"
        ranges = tuple(
            CardRange(
                start=str(low).ljust(length, "0"),
                end=str(high).ljust(length, "9"),
                acs=acs,
                directory_server_id=facts.directory_server_id,
                versions=("2.1.0", "2.2.0"),
                three_ds_method_url=method,
                acs_info_ind=("01", "02"),
            )
            for facts in BRANDS.values()
            for low, high in facts.prefixes
            for length in facts.lengths
        )
        member = Member(
            certificate_name="server",
            reference_number=SERVER_REFERENCE,
            operator_id=SERVER_OPERATOR,
            result_urls=(f"{self._at.peer('server')}/3ds",),
        )
        return DirectorySettings(
            reference_number=DIRECTORY_REFERENCE,
            url=f"{self._at.peer('directory')}/3ds",
            members=(member,),
            ranges=ranges,
            versions=("2.1.0", "2.2.0"),  # as the bank's ACS speaks them
            preq_cadence=False,  # a sandbox is restarted more often than once an hour
            threeds1=self._old_scheme(ranges),
        )

    def _old_scheme(self, ranges: tuple[CardRange, ...]) -> OldSettings:
        """The scheme's 1.0.2: every card takes part, and the shop may ask with or without a password."""
        return OldSettings(
            acquirers=(
                Acquirer(
                    acq_bin=ACQUIRER_BIN,
                    certificate_name="server",
                    merchants=(
                        OldMerchant(mer_id=self._keys.merchant_id),
                        OldMerchant(mer_id="GUARDED", password=Secret(OLD_PASSWORD)),
                    ),
                ),
            ),
            ranges=tuple(
                OldRange(
                    start=each.start, end=each.end, acs="acs", url=f"{self._at.peer('acs')}/3ds1"
                )
                for each in ranges
            ),
        )

    def acs(self) -> AcsSettings:
        """The bank's Access Control Server."""
        return AcsSettings(
            reference_number=ACS_REFERENCE,
            operator_id=ACS_OPERATOR,
            public_url=f"{self._at.site('bank')}/acs",
            oob_app_url=f"{self._at.site('bank')}/app",
            issuer_name=BANK_NAME,
            help_url=f"{self._at.site('bank')}/help",
            requests_per_minute_from_source=PATIENT,
            requests_per_minute_for_card=PATIENT,
            threeds1=OldAcsSettings(),
        )

    def members(self) -> MembersSettings:
        """The bank itself: it issues every brand, as only a sandbox's bank does."""
        return MembersSettings(
            issuer_name=BANK_NAME,
            ranges=tuple(
                IssuedRange(
                    low=str(low), high=str(high), brand=brand, product_name=f"{facts.name} card"
                )
                for brand, facts in BRANDS.items()
                for low, high in facts.prefixes
            ),
            personal_message="箱根の山は天下の嶮",
            phone="+819012340072",
            email="cardholder@example.com",
            sandbox_rules=True,
            sandbox_inbox=True,
            sandbox_factors=DefaultFactors(
                password=Secret(SANDBOX_PASSWORD), app_secret=Secret(SANDBOX_APP_SECRET)
            ),
            passkey_origin=self._at.site("bank"),
        )

    @property
    def silent_method_url(self) -> str:
        """The 3DS Method that never answers, for the test cards that ask for it."""
        return f"{self._at.site('bank')}/acs/method/silent"
