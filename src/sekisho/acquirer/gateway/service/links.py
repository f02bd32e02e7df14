"""The addresses of a payment's pages, each with the signed token that opens it."""

from datetime import datetime

from sekisho.acquirer.gateway.service.signing import CHALLENGE, METHOD, PAGE, Signer


class Links:
    """Makes and checks the addresses that browsers carry. No cookies: frames have none."""

    def __init__(self, public_url: str, signer: Signer) -> None:
        self._public_url = public_url
        self._signer = signer

    def page(self, payment_id: str) -> str:
        """Path of the page inside the merchant's frame."""
        return f"/3ds/{payment_id}/{self._signer.sign(PAGE, payment_id)}"

    def method_notification(self, payment_id: str) -> str:
        """Address that the issuer's 3DS Method tells when it is done."""
        token = self._signer.sign(METHOD, payment_id)
        return f"{self._public_url}/3ds/{payment_id}/method/{token}"

    def challenge_notification(self, payment_id: str) -> str:
        """Address to which the issuer's challenge returns the browser."""
        return f"{self._public_url}/3ds/{payment_id}/challenge"

    def session_data(self, payment_id: str) -> str:
        """What the issuer must bring back unchanged (threeDSSessionData)."""
        return self._signer.sign(CHALLENGE, payment_id)

    def check_page(self, payment_id: str, token: str) -> None:
        """Raise BadSignature unless the token opens this payment's page."""
        self._signer.check(token, PAGE, payment_id)

    def check_method(self, payment_id: str, token: str) -> None:
        """Raise BadSignature unless the token is of this payment's 3DS Method."""
        self._signer.check(token, METHOD, payment_id)

    def check_session_data(self, payment_id: str, session_data: str) -> None:
        """Raise BadSignature unless the session data is what this payment's challenge was given."""
        self._signer.check(session_data, CHALLENGE, payment_id)

    def redeem(self, parameters: list[tuple[str, str]], now: datetime) -> str:
        """Give the payment id of an orchestration address. Raises BadSignature or Lapsed."""
        return self._signer.read_orchestration(parameters, now)
