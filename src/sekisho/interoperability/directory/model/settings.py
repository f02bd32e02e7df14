"""Everything the Directory Server must be told to run: itself, its members, its card ranges."""

from dataclasses import dataclass

from sekisho.interoperability.directory.model.threeds1 import OldSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A 3DS Server that this Directory Server knows. All its marks must come together."""

    certificate_name: str
    """Name in its client certificate."""
    reference_number: str
    """threeDSServerRefNumber it must present."""
    operator_id: str
    """threeDSServerOperatorID it must present."""
    result_urls: tuple[str, ...]
    """Addresses that it may name as threeDSServerURL: results go nowhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acs:
    """An Access Control Server that this Directory Server knows."""

    certificate_name: str
    """Name in its client certificate: only this peer may report its results."""
    url: str
    """Where AReqs are posted, over mutual TLS."""
    reference_number: str
    """acsReferenceNumber it must answer with."""
    operator_id: str
    """acsOperatorID it must answer with, where it gives one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRange:
    """Card numbers from `start` to `end`, both included, and the ACS that answers for them."""

    start: str
    """First card number, 13 to 19 digits."""
    end: str
    """Last card number, as long as the first."""
    acs: Acs
    """Who answers for the range."""
    directory_server_id: str
    """RID of the brand."""
    versions: tuple[str, ...]
    """Protocol versions active at the ACS for the range, oldest first."""
    three_ds_method_url: str | None = None
    """Where a browser is shown to the ACS beforehand; None: the ACS has no 3DS Method."""
    acs_info_ind: tuple[str, ...] = ()
    """acsInfoInd of the range, told from version 2.2.0 on."""
    stand_in: str | None = None
    """transStatus A or U: what is answered when the ACS is late or absent; None: an Erro."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectorySettings:
    """Settings of the room `directory`."""

    reference_number: str
    """dsReferenceNumber: given by EMVCo with the letter of approval."""
    url: str
    """dsURL: where an ACS posts results, over mutual TLS."""
    members: tuple[Member, ...]
    """The 3DS Servers that may ask; operators may enrol more."""
    ranges: tuple[CardRange, ...]
    """The cards that take part, until an operator enrols others; their ACSs are enrolled."""
    versions: tuple[str, ...] = ("2.1.0", "2.2.0", "2.3.1")
    """Protocol versions relayed, oldest first."""
    areq_read_s: float = 5.0
    """Seconds to wait for an ACS's ARes."""
    oreq_read_s: float = 10.0
    """Seconds to wait for a member's answer to each operational notice."""
    result_s: int = 3600
    """Seconds from a challenge's ARes to its RReq: the protocol bounds each page, not their number."""
    sdk_reference_numbers: tuple[str, ...] = ()
    """SDKs that are known (sdkReferenceNumber), others get 305; empty: every one."""
    requestor_ids: tuple[str, ...] = ()
    """threeDSRequestorIDs that were given out, others get 303; empty: every one."""
    mccs_refused: tuple[str, ...] = ()
    """Merchant category codes that get 306."""
    preq_cadence: bool = True
    """Whether a PReq before its time is refused with 103; a sandbox is restarted too often for it."""
    operators: tuple[str, ...] = ("operator",)
    """Names in the client certificates of those who may enrol members and card ranges."""
    register_every_s: float = 2.0
    """Seconds after which members and card ranges that another process changed count here (PostgreSQL)."""
    serials_kept: int = 8
    """How many sets of card ranges are kept: a PReq with an older serial number gets 307."""
    threeds1: OldSettings | None = None
    """3-D Secure 1.0.2, at `/3ds1` of the mutual-TLS port; left out: it is not spoken."""
