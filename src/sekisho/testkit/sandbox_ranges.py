"""The test-card rule in front of a 3DS Server's card ranges: the last four digits decide.

It stands where the 3DS Server looks cards up, so that a test card of any range tells the versions
and the 3DS Method that its digits call for, whatever the Directory Server said of the range.
"""

from dataclasses import dataclass
from typing import Protocol

from sekisho.testkit.cards import LEGACY_VERSION, MethodBehaviour, rule_of


class Facts(Protocol):
    """What is known of a card range."""

    @property
    def versions(self) -> tuple[str, ...]:
        """Protocol versions of the ACS."""
        ...

    @property
    def ds_versions(self) -> tuple[str, ...]:
        """Protocol versions of the Directory Server."""
        ...

    def three_ds_method_url(self, version: str) -> str | None:
        """Address of the 3DS Method in a version."""
        ...

    def acs_info_ind(self, version: str) -> tuple[str, ...]:
        """What the ACS offers in a version."""
        ...


class Ranges(Protocol):
    """The real card ranges."""

    def lookup(self, pan_digits: str) -> Facts | None:
        """Give the facts of the card's range."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxFacts:
    """The facts of a range as the test-card rule bends them for one card."""

    facts: Facts
    versions: tuple[str, ...]
    method: MethodBehaviour
    silent_method_url: str

    @property
    def ds_versions(self) -> tuple[str, ...]:
        """Protocol versions of the Directory Server."""
        return self.facts.ds_versions

    def three_ds_method_url(self, version: str) -> str | None:
        """Address of the 3DS Method, as the rule wants it."""
        url = self.facts.three_ds_method_url(self._of_range(version))
        if self.method is MethodBehaviour.NONE or url is None:
            return None
        return self.silent_method_url if self.method is MethodBehaviour.SILENT else url

    def acs_info_ind(self, version: str) -> tuple[str, ...]:
        """What the ACS offers."""
        return self.facts.acs_info_ind(self._of_range(version))

    def _of_range(self, version: str) -> str:
        """Take the newest version for one that the range does not have."""
        return version if version in self.facts.versions else self.facts.versions[-1]


class SandboxRanges:
    """Looks a card up, then lets the rule of its last four digits have its way."""

    def __init__(self, ranges: Ranges, *, silent_method_url: str) -> None:
        self._ranges = ranges
        self._silent_method_url = silent_method_url

    def lookup(self, pan_digits: str) -> Facts | None:
        """Give the facts of the card's range as the test-card rule wants them.

        A card outside every range stays outside, and digits that encode no rule change nothing.
        A card of 3-D Secure 1.0.2 is in no range of EMV 3DS: it is asked for by VEReq.
        """
        facts = self._ranges.lookup(pan_digits)
        rule = rule_of(pan_digits)
        if facts is None or rule is None:
            return facts
        if rule.versions in ((), (LEGACY_VERSION,)):
            return None
        # A card that insists on one version has it, even one that the range does not have yet.
        insists = len(rule.versions) == 1
        return SandboxFacts(
            facts=facts,
            versions=rule.versions if insists else facts.versions,
            method=rule.method,
            silent_method_url=self._silent_method_url,
        )
