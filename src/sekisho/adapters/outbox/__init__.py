"""The outbox: effects kept with the records that asked for them, performed after the commit.

At least once, per record in order, and never two at a time for one record.
"""

from sekisho.adapters.outbox.codec import EffectCodec
from sekisho.adapters.outbox.retry import RetryPlan
from sekisho.adapters.outbox.rows import OutboxHealth
from sekisho.adapters.outbox.runner import OutboxRunner

__all__ = ["EffectCodec", "OutboxHealth", "OutboxRunner", "RetryPlan"]
