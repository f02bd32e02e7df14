"""Sandbox: a page that stands for the bank's app on the cardholder's phone, for everybody to press.

It shows what waits to be approved, the current code of the authenticator app, and registers passkeys.
Nobody logs in: like the inbox it is there only where settings say that this is a sandbox.
"""

import base64
import json
import re
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.exceptions import (
    NotFoundException,
    PermissionDeniedException,
    ValidationException,
)
from litestar.handlers import HTTPRouteHandler

from sekisho.adapters.http.sites import mount_of
from sekisho.adapters.pages import Pages
from sekisho.issuer.members.model import CardRecord, Prompt, PromptAnswer, PromptState
from sekisho.issuer.members.service import Members
from sekisho.kernel.cards import Pan
from sekisho.kernel.errors import NotThere, TheyErred
from sekisho.kernel.factors import Ceremony, challenge_of

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here

SEE_OTHER: Final = 303
LAST_FOUR: Final = re.compile(r"[0-9]{4}", re.ASCII)
CARDS_SHOWN: Final = 10
OWN_SITE: Final = frozenset({None, "same-origin", "none"})
"""Sec-Fetch-Site of a form of ours; None: a program, which no other site can make act."""
SAID: Final = frozenset({"approved", "denied", "again", "late", "no-card", "passkey", "no-passkey"})


class AppPages:
    """Serves the sandbox's app."""

    def __init__(self, members: Members, pages: Pages) -> None:
        self._members = members
        self._pages = pages

    def routes(self) -> list[HTTPRouteHandler]:
        """List the routes; each is there only in a sandbox."""

        @get("/app")
        async def app(request: AnyRequest) -> Response[bytes]:
            """Show what waits to be approved."""
            return await self._app(request)

        @get("/app.json")
        async def app_json(request: AnyRequest) -> Response[bytes]:
            """Give what waits, and the current app code, to programs: `?last4=` for one card's."""
            return await self._app_json(request)

        @post("/app/prompts/{prompt_id:str}", status_code=SEE_OTHER)
        async def answer(request: AnyRequest, prompt_id: str) -> Response[bytes]:
            """Take the cardholder's answer to a prompt."""
            return await self._answer(request, prompt_id)

        @post("/app/cards", status_code=SEE_OTHER)
        async def find(request: AnyRequest) -> Response[bytes]:
            """Find a card by its number."""
            return await self._find(request)

        @get("/app/cards/{card_id:str}")
        async def card(request: AnyRequest, card_id: str) -> Response[bytes]:
            """Show a card: its app code, its passkeys, and how to register one."""
            return await self._card(request, card_id)

        @post("/app/cards/{card_id:str}/passkey", status_code=SEE_OTHER)
        async def passkey(request: AnyRequest, card_id: str) -> Response[bytes]:
            """Keep the passkey that the browser made."""
            return await self._passkey(request, card_id)

        return [app, app_json, answer, find, card, passkey]

    async def _app(self, request: AnyRequest) -> Response[bytes]:
        self._only_in_sandbox()
        wanted = request.query_params.get("last4", "")
        good = LAST_FOUR.fullmatch(wanted) is not None
        return self._pages.response(
            request,
            "app.html",
            bank=self._members.settings,
            prompts=await self._members.prompts.waiting(last_four=wanted if good else None),
            cards=await self._members.cards.newest(limit=CARDS_SHOWN),
            said=_said(request),
        )

    async def _app_json(self, request: AnyRequest) -> Response[bytes]:
        self._only_in_sandbox()
        wanted = request.query_params.get("last4")
        prompts = await self._members.prompts.waiting(last_four=wanted)
        codes = await self._codes(wanted)
        return Response(
            msgspec.json.encode({"prompts": [_fact(each) for each in prompts], "codes": codes}),
            media_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    async def _codes(self, last_four: str | None) -> list[dict[str, str]]:
        """List what the authenticator apps of the cards seen lately show now."""
        found = []
        for card in await self._members.cards.newest(limit=CARDS_SHOWN):
            code = await self._members.proving.app_code(card)
            if code is not None and last_four in {None, card.last_four}:
                found.append({"lastFour": card.last_four, "code": code.reveal()})
        return found

    async def _answer(self, request: AnyRequest, prompt_id: str) -> Response[bytes]:
        form = await self._form(request)
        answer = PromptAnswer.APPROVE if form.get("answer") == "approve" else PromptAnswer.DENY
        try:
            prompt = await self._members.prompts.answer(
                prompt_id, answer, number=form.get("number")
            )
        except NotThere as error:
            raise NotFoundException("there is no such prompt") from error
        said = {
            PromptState.APPROVED: "approved",
            PromptState.DENIED: "denied",
            PromptState.WAITING: "again",
        }.get(prompt.state, "late")
        return self._to(request, "/app", form, said=said)

    async def _find(self, request: AnyRequest) -> Response[bytes]:
        form = await self._form(request)
        digits = "".join(form.get("number", "").split())
        try:
            card = await self._members.cards.look_up(Pan(digits))
        except (NotThere, TheyErred):
            return self._to(request, "/app", form, said="no-card")
        return self._to(request, f"/app/cards/{card.card_id}", form)

    async def _card(self, request: AnyRequest, card_id: str) -> Response[bytes]:
        card = await self._card_of(card_id)
        factors = await self._members.proving.of(card)
        code = await self._members.proving.app_code(card)
        defaults = self._members.settings.sandbox_factors
        return self._pages.response(
            request,
            "app_card.html",
            bank=self._members.settings,
            card=card,
            password=defaults.password.reveal() if defaults else "",
            code=code.reveal() if code else "",
            passkeys=factors.passkeys,
            options=await self._options(card),
            said=_said(request),
        )

    async def _options(self, card: CardRecord) -> str | None:
        """Give what the page hands to `navigator.credentials.create()`; None without passkeys."""
        if self._members.rp_id is None:
            return None
        ceremony = await self._members.proving.open_registration(card)
        return json.dumps(_creation(self._members, card, ceremony))

    async def _passkey(self, request: AnyRequest, card_id: str) -> Response[bytes]:
        form = await self._form(request)
        card = await self._card_of(card_id)
        try:
            await self._members.proving.register(card, form.get("response", ""))
        except TheyErred:
            return self._to(request, f"/app/cards/{card_id}", form, said="no-passkey")
        return self._to(request, f"/app/cards/{card_id}", form, said="passkey")

    async def _card_of(self, card_id: str) -> CardRecord:
        self._only_in_sandbox()
        try:
            return await self._members.cards.by_id(card_id)
        except NotThere as error:
            raise NotFoundException("there is no such card") from error

    async def _form(self, request: AnyRequest) -> dict[str, str]:
        self._only_in_sandbox()
        if request.headers.get("sec-fetch-site") not in OWN_SITE:
            raise PermissionDeniedException("the form of another site")
        try:
            return dict(parse_qsl((await request.body()).decode(), max_num_fields=10))
        except ValueError as error:
            raise ValidationException("the form cannot be read") from error

    def _to(
        self, request: AnyRequest, path: str, form: dict[str, str], *, said: str | None = None
    ) -> Response[bytes]:
        query = {"lang": form.get("lang"), "said": said}
        asked = urlencode({name: value for name, value in query.items() if value})
        address = mount_of(request.scope) + quote(path) + (f"?{asked}" if asked else "")
        return Response(b"", status_code=SEE_OTHER, headers={"Location": address})

    def _only_in_sandbox(self) -> None:
        if self._members.settings.sandbox_factors is None:
            raise NotFoundException("there is no such page")


def _said(request: AnyRequest) -> str:
    said = request.query_params.get("said", "")
    return said if said in SAID else ""


def _creation(members: Members, card: CardRecord, ceremony: Ceremony) -> dict[str, object]:
    """Write the options of a new passkey; it may also confirm payments in shops' pages (SPC)."""
    return {
        "challenge": _b64(challenge_of(ceremony)),
        "rp": {"id": members.rp_id, "name": members.settings.issuer_name},
        "user": {
            "id": _b64(card.card_id.encode()),
            "name": card.masked_number,
            "displayName": card.product_name,
        },
        "pubKeyCredParams": [{"type": "public-key", "alg": alg} for alg in (-7, -8, -257)],
        "authenticatorSelection": {
            "userVerification": "required",
            "residentKey": "preferred",
            # Chromium makes a passkey for payments nowhere else.
            "authenticatorAttachment": "platform",
        },
        "timeout": 300_000,
        "attestation": "none",
        "extensions": {"payment": {"isPayment": True}},
    }


def _b64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")


def _fact(prompt: Prompt) -> dict[str, object]:
    return {
        "promptId": prompt.prompt_id,
        "lastFour": prompt.last_four,
        "shop": prompt.shop,
        "amount": str(prompt.amount) if prompt.amount else None,
        "needsNumber": prompt.number is not None,
        "expiresAt": prompt.expires_at.isoformat(),
    }
