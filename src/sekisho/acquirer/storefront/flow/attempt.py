"""One attempt to pay: what each word of the gateway makes of it."""

from collections.abc import Mapping
from typing import Final

from sekisho.acquirer.storefront.model import AttemptState, Standing

OPEN_ATTEMPT: Final = frozenset({AttemptState.ASKED, AttemptState.AUTHENTICATING})
"""The buyer is waiting for it. At most one attempt of a checkout is open: its newest."""

ATTEMPT_NEXT: Final[Mapping[tuple[AttemptState, Standing], AttemptState]] = {
    (AttemptState.ASKED, Standing.PENDING): AttemptState.AUTHENTICATING,
    (AttemptState.ASKED, Standing.APPROVED): AttemptState.APPROVED,
    (AttemptState.ASKED, Standing.UNWANTED): AttemptState.GIVEN_UP,
    (AttemptState.ASKED, Standing.REFUSED): AttemptState.REFUSED,
    (AttemptState.ASKED, Standing.VOIDED): AttemptState.REFUSED,
    (AttemptState.AUTHENTICATING, Standing.PENDING): AttemptState.AUTHENTICATING,
    (AttemptState.AUTHENTICATING, Standing.APPROVED): AttemptState.APPROVED,
    (AttemptState.AUTHENTICATING, Standing.UNWANTED): AttemptState.GIVEN_UP,
    (AttemptState.AUTHENTICATING, Standing.REFUSED): AttemptState.REFUSED,
    (AttemptState.AUTHENTICATING, Standing.VOIDED): AttemptState.REFUSED,
    # The order stands. What happens to its payment later is the ledger's business.
    (AttemptState.APPROVED, Standing.PENDING): AttemptState.APPROVED,
    (AttemptState.APPROVED, Standing.APPROVED): AttemptState.APPROVED,
    (AttemptState.APPROVED, Standing.UNWANTED): AttemptState.APPROVED,
    (AttemptState.APPROVED, Standing.REFUSED): AttemptState.APPROVED,
    (AttemptState.APPROVED, Standing.VOIDED): AttemptState.APPROVED,
    # The buyer was told that it failed: money that turns up afterwards goes back.
    (AttemptState.REFUSED, Standing.PENDING): AttemptState.GIVEN_UP,
    (AttemptState.REFUSED, Standing.APPROVED): AttemptState.GIVEN_UP,
    (AttemptState.REFUSED, Standing.UNWANTED): AttemptState.GIVEN_UP,
    (AttemptState.REFUSED, Standing.REFUSED): AttemptState.REFUSED,
    (AttemptState.REFUSED, Standing.VOIDED): AttemptState.REFUSED,
    (AttemptState.GIVEN_UP, Standing.PENDING): AttemptState.GIVEN_UP,
    (AttemptState.GIVEN_UP, Standing.APPROVED): AttemptState.GIVEN_UP,
    (AttemptState.GIVEN_UP, Standing.UNWANTED): AttemptState.GIVEN_UP,
    (AttemptState.GIVEN_UP, Standing.REFUSED): AttemptState.VOIDED,
    (AttemptState.GIVEN_UP, Standing.VOIDED): AttemptState.VOIDED,
    # A result older than the void may overtake its acknowledgement: void once more.
    (AttemptState.VOIDED, Standing.PENDING): AttemptState.GIVEN_UP,
    (AttemptState.VOIDED, Standing.APPROVED): AttemptState.GIVEN_UP,
    (AttemptState.VOIDED, Standing.UNWANTED): AttemptState.GIVEN_UP,
    (AttemptState.VOIDED, Standing.REFUSED): AttemptState.VOIDED,
    (AttemptState.VOIDED, Standing.VOIDED): AttemptState.VOIDED,
}
