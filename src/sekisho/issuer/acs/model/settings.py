"""Everything the Access Control Server must be told to run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sekisho.issuer.acs.model.threeds1 import OldAcsSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AcsSettings:
    """Settings of the room `acs`."""

    reference_number: str
    """acsReferenceNumber: given by EMVCo with the letter of approval."""
    operator_id: str
    """acsOperatorID: given by the Directory Server."""
    public_url: str
    """Where browsers reach this ACS, without a trailing slash; challenges open at `/challenge` below it."""
    issuer_name: str
    """The bank's name where the card's own is not known."""
    help_url: str | None = None
    """Where the bank's own help is, for a link on challenge pages (B17); None: no link."""
    versions: tuple[str, ...] = ("2.1.0", "2.2.0")
    """Protocol versions spoken, oldest first."""
    home_country: str = "392"
    """The bank's country, ISO 3166-1 numeric: a shop elsewhere weighs in the decision."""
    time_zone: str = "Asia/Tokyo"
    """The IANA time zone in which the date of use is shown, always named beside it (B14)."""
    small_amounts: Mapping[str, int] = field(default_factory=dict)
    """By currency code, the minor units up to which an amount raises no concern."""
    large_amounts: Mapping[str, int] = field(default_factory=dict)
    """By currency code, the minor units from which an amount always calls for a challenge."""
    small_amount_major_otherwise: int = 50
    """Small amount in major units for a currency that `small_amounts` does not name."""
    large_amount_major_otherwise: int = 1000
    """Large amount in major units for a currency that `large_amounts` does not name."""
    oob_app_url: str | None = None
    """Where a shop's app opens the bank's own app (oobAppURL, 2.3.1), if there is such an address."""
    challenge_from: int = 30
    """Score from which the cardholder is asked."""
    trusted_until: int = 60
    """Score below which a shop that the cardholder trusts is not asked about."""
    deny_from: int = 120
    """Score from which the answer is no, without asking (B10)."""
    code_s: int = 300
    """Seconds for which a one-time code is good."""
    refuses_repeated_creq: bool = False
    """A second CReq of a challenge under way is refused with 314 (2.3.1) instead of being shown the
    same page."""
    attempts: int = 3
    """Answers that may be given in one challenge, of whatever kind."""
    codes: int = 4
    """Codes that may be sent in one challenge, the first included."""
    code_again_s: int = 30
    """Seconds before another code may be asked for."""
    prompts: int = 2
    """Prompts of the bank's app in one challenge, the first included; the bank counts them as well."""
    prompt_s: int = 300
    """Seconds for which a prompt waits for its answer."""
    other_ways: bool = True
    """Whether the cardholder may choose the web service's password instead of a code (B5)."""
    same_network: bool = True
    """Whether a code must come from the network that the purchase came from, as well as from its browser
    (attack 21). Addresses that are not public are not compared."""
    failed_codes: int = 5
    """Wrong answers on one card, across transactions, that lock it against further guesses."""
    failed_codes_s: int = 3600
    """Seconds for which a wrong answer counts towards that lock."""
    devices: int = 20
    """Devices remembered for one card."""
    consents: int = 50
    """Shops on one card's trust list, and devices bound to it."""
    profile_s: int = 600
    """Seconds for which a device profile is kept; the protocol allows ten minutes."""
    result_wait_s: float = 4.0
    """Seconds that a cardholder's browser waits for the result to be delivered, at most."""
    app_result_wait_s: float = 8.0
    """Seconds that an app waits for the result to be delivered, at most: its SDK gives up after ten."""
    silence_s: float = 60.0
    """Sandbox: seconds after which a request that gets no answer is closed at the latest."""
    requests_per_minute_from_source: int = 300
    """Requests to challenge pages from one address in a minute; a company may share one."""
    requests_per_minute_for_card: int = 60
    """Forms posted on challenge pages for one card in a minute."""
    threeds1: OldAcsSettings | None = None
    """3-D Secure 1.0.2, at `/3ds1` of the mutual-TLS port and for browsers below `/threeds1`; left
    out: it is not spoken."""
