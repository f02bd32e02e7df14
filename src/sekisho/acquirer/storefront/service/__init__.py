"""What the shop offers: carts, checkouts, and the errands that its effects ask for."""

from sekisho.acquirer.storefront.service.carts import Carts, CartView
from sekisho.acquirer.storefront.service.checkouts import Checkouts, Details
from sekisho.acquirer.storefront.service.errands import Errands
from sekisho.acquirer.storefront.service.payment_request import RETURN_PATH, payment_request
from sekisho.acquirer.storefront.service.ports import Gateway, Ledger, PaymentView
from sekisho.acquirer.storefront.service.reading import read_view

__all__ = [
    "RETURN_PATH",
    "CartView",
    "Carts",
    "Checkouts",
    "Details",
    "Errands",
    "Gateway",
    "Ledger",
    "PaymentView",
    "payment_request",
    "read_view",
]
