"""What a checkout refuses its buyer.

* OutOfTurn (kernel)
  * StaleConfirmation   the page showed something else than what would be ordered
  * TooManyAttempts     too many cards were tried for one purchase
"""

from sekisho.kernel.errors import OutOfTurn


class StaleConfirmation(OutOfTurn):
    """The confirmation page was of an earlier state: it must be read again."""


class TooManyAttempts(OutOfTurn):
    """Whoever tries card after card is testing them: no further attempt for this purchase."""
