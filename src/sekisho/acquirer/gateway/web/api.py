"""The payment API: REST and JSON for merchants' programs.

It answers under `/api/v2` and without it: published clients differ in whether the version belongs
to their base address or to their paths.
"""

import re
from typing import Final

import msgspec
from litestar import Response, Router, get, patch, post
from litestar.exceptions import HTTPException

from sekisho.acquirer.gateway.model.payment import Kind
from sekisho.acquirer.gateway.model.refusals import Refused, malformed, missing
from sekisho.acquirer.gateway.model.settings import MerchantProfile
from sekisho.acquirer.gateway.service import GatewayService
from sekisho.acquirer.gateway.service.desk import Answer
from sekisho.acquirer.gateway.web.faults import NO_STORE, Asked, Faults, Told
from sekisho.acquirer.gateway.web.handlers import Handlers
from sekisho.kernel.errors import SekishoError
from sekisho.protocol import Json

BASES: Final = ("/api/v2", "/")
BODY_BYTES_MAX: Final = 64 * 1024
REQUEST_ID: Final = re.compile(r"[\x21-\x7E]{1,40}")


class PaymentsApi(Handlers):
    """The handlers of the payment API, each in three steps: read, call, answer."""

    def __init__(self, service: GatewayService) -> None:
        self._service = service

    async def create_payment(self, request: Asked) -> Told:
        """Make a payment."""
        return await self._create(request, Kind.PAYMENT)

    async def create_verification(self, request: Asked) -> Told:
        """Verify a card without taking money."""
        return await self._create(request, Kind.VERIFICATION)

    async def read_payment(self, request: Asked, resource_id: str) -> Told:
        """Give a payment by its id."""
        merchant = self._admit(request)
        return _told(await self._service.payments.read(merchant, Kind.PAYMENT, resource_id))

    async def read_verification(self, request: Asked, resource_id: str) -> Told:
        """Give a verification by its id."""
        merchant = self._admit(request)
        return _told(await self._service.payments.read(merchant, Kind.VERIFICATION, resource_id))

    async def find_payment(self, request: Asked) -> Told:
        """Give the payment that a request made."""
        return await self._find(request, Kind.PAYMENT)

    async def find_verification(self, request: Asked) -> Told:
        """Give the verification that a request made."""
        return await self._find(request, Kind.VERIFICATION)

    async def change_payment(self, request: Asked, resource_id: str) -> Told:
        """Void a payment."""
        merchant = self._admit(request)
        request_id = _request_id(request)
        body = await _body(request)
        answer = await self._service.payments.change(merchant, resource_id, request_id, body)
        return _told(answer)

    async def health(self) -> Told:
        """Say that payments are served."""
        return Response({"status": "PASS", "version": "v2"}, headers=NO_STORE)

    async def _create(self, request: Asked, kind: Kind) -> Told:
        merchant = self._admit(request)
        request_id = _request_id(request)
        body = await _body(request)
        return _told(await self._service.intake.create(merchant, kind, request_id, body))

    async def _find(self, request: Asked, kind: Kind) -> Told:
        merchant = self._admit(request)
        wanted = request.query_params.get("requestIdentifier")
        if not wanted:
            raise Refused(missing("requestIdentifier"))
        return _told(await self._service.payments.find(merchant, kind, str(wanted)))

    def _admit(self, request: Asked) -> MerchantProfile:
        headers = request.headers
        return self._service.access.admit(headers.get("authorization"), headers.get("merchant-id"))


def payments_router(base: str, service: GatewayService, faults: Faults) -> Router:
    """Give the routes of the payment API under one of its bases."""
    api = PaymentsApi(service)
    return Router(
        base,
        route_handlers=[
            post("/payments", status_code=200)(api.create_payment),
            get("/payments")(api.find_payment),
            get("/payments/{resource_id:str}")(api.read_payment),
            patch("/payments/{resource_id:str}")(api.change_payment),
            post("/verifications", status_code=200)(api.create_verification),
            get("/verifications")(api.find_verification),
            get("/verifications/{resource_id:str}")(api.read_verification),
            get("/healthcheck/payments")(api.health),
            get("/healthcheck/verifications")(api.health),
        ],
        exception_handlers={
            SekishoError: faults.refusal,
            HTTPException: faults.http,
            Exception: faults.unforeseen,
        },
        request_max_body_size=BODY_BYTES_MAX,
    )


def _request_id(request: Asked) -> str:
    value = request.headers.get("request-id") or request.headers.get("idempotency-key")
    if value is None:
        raise Refused(missing("request-id"))
    if not REQUEST_ID.fullmatch(value):
        raise Refused(malformed("request-id", "must have 1 to 40 visible characters"))
    return value


async def _body(request: Asked) -> dict[str, Json]:
    """Read a JSON object, refusing everything else."""
    octets = await request.body()
    try:
        body: Json = msgspec.json.decode(octets)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # RecursionError: a few kilobytes of "[" nest deeper than the parser can follow.
        raise Refused(malformed("body", "must be a JSON object")) from error
    if not isinstance(body, dict):
        raise Refused(malformed("body", "must be a JSON object"))
    return body


def _told(answer: Answer) -> Told:
    return Response(answer.body, status_code=answer.status, headers=NO_STORE)
