"""What the gateway knows: merchants, payments, and how the payment API reads and writes them."""

from sekisho.acquirer.gateway.model.order import Order, check_brand, read_order
from sekisho.acquirer.gateway.model.payment import (
    AuthenticationRequest,
    AuthenticationResult,
    Authorization,
    Capture,
    CardFacts,
    Challenge,
    Kind,
    Merchant,
    Outcome,
    PassedThrough,
    Payment,
    PaymentId,
    Preparation,
    RequestSlot,
    State,
    request_key,
)
from sekisho.acquirer.gateway.model.reply import postback_status, reply
from sekisho.acquirer.gateway.model.settings import GatewaySettings, MerchantProfile

__all__ = [
    "AuthenticationRequest",
    "AuthenticationResult",
    "Authorization",
    "Capture",
    "CardFacts",
    "Challenge",
    "GatewaySettings",
    "Kind",
    "Merchant",
    "MerchantProfile",
    "Order",
    "Outcome",
    "PassedThrough",
    "Payment",
    "PaymentId",
    "Preparation",
    "RequestSlot",
    "State",
    "check_brand",
    "postback_status",
    "read_order",
    "reply",
    "request_key",
]
