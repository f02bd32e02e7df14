"""What the payment API refuses, and how it names the fault: codes, messages, entities."""

from dataclasses import dataclass

from sekisho.kernel.errors import TheyErred


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """One thing that is wrong with a request."""

    code: str
    message: str
    entity: str
    """Path of the member at fault, dotted, as the caller wrote it; or a header's name."""


class Refused(TheyErred):
    """The request cannot be taken as it stands; every flaw is named."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__("; ".join(f"{flaw.entity}: {flaw.message}" for flaw in flaws))
        self.flaws = flaws


class NotAuthorized(TheyErred):
    """No access token, or one that is not ours, or not any more."""


class Forbidden(TheyErred):
    """A good access token for somebody else's business."""


class RequestReused(TheyErred):
    """The `request-id` was used before, for another request."""


class RequestInFlight(TheyErred):
    """The first request with this `request-id` has no answer yet."""


def missing(entity: str) -> Flaw:
    """Say that a required member is not there."""
    return Flaw(code="MISSING_FIELD", message="is required", entity=entity)


def malformed(entity: str, why: str) -> Flaw:
    """Say that a member is there but cannot be taken."""
    return Flaw(code="INVALID_FIELD", message=why, entity=entity)


def not_offered(entity: str, why: str) -> Flaw:
    """Say that the member is understood but that this gateway does not do it."""
    return Flaw(code="NOT_SUPPORTED", message=why, entity=entity)
