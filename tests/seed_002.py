"""The requests that seed 002 prints, to the letter."""

from typing import Any

SEED_PAYMENT: dict[str, Any] = {
    "amount": 14500,
    "currency": "USD",
    "paymentMethodType": {
        "card": {
            "accountNumber": "4112344112344113",
            "expiry": {"month": 5, "year": 2040},
            "paymentAuthenticationRequest": {
                "authenticationReturnUrl": "merchantCheckoutPage.com",
                "threeDSRequestorAuthenticationInfo": {
                    "authenticationPurpose": "PAYMENT_TRANSACTION"
                },
                "threeDSPurchaseInfo": {
                    "purchaseDate": "2028-10-31T17:07:14.91Z",
                    "threeDomainSecureTransactionType": "GOODS_SERVICES",
                },
            },
        }
    },
    "accountHolder": {
        "firstName": "John",
        "lastName": "Doe",
        "email": "example@example.com",
        "billingAddress": {
            "line1": "1234 Main Street",
            "city": "New York",
            "postalCode": "10111",
        },
        "phone": {"countryCode": "1", "phoneNumber": "1234567890"},
    },
    "merchant": {"merchantSoftware": {"companyName": "John's Gym", "productName": "Cart"}},
    "browserInfo": {
        "browserAcceptHeader": "application/json",
        "deviceIPAddress": "192.168.1.11",
        "browserLanguage": "en",
        "browserColorDepth": "8",
        "browserScreenHeight": "1",
        "browserScreenWidth": "1",
        "deviceLocalTimeZone": 1,
        "browserUserAgent": "Mozilla/5.0 (Windows NT 6.1; Win64; x64; rv:47.0) Gecko/20100101 Firefox/47.0",
        "challengeWindowSize": "FULL_SCREEN",
        "javaEnabled": True,
        "javaScriptEnabled": True,
    },
}
"""Step 2 of orchestrated 3DS."""

SEED_PASS_THROUGH: dict[str, Any] = {
    name: SEED_PAYMENT[name] for name in ("amount", "currency", "accountHolder", "merchant")
} | {
    "paymentMethodType": {
        "card": {
            "accountNumber": "4110144110144115",
            "expiry": {"month": 5, "year": 2040},
            "authentication": {
                "electronicCommerceIndicator": "05",
                "threeDS": {
                    "authenticationValue": "AABAIcJIo5DIzAgVAkiAAAAAAA=",
                    "authenticationTransactionId": "01ade6ae340005c681c3a1890418",
                    "threeDSProgramProtocol": 2,
                },
            },
        }
    }
}
"""The example of pass-through 3DS."""
