"""The bank's port for its ACS: proofs, passkeys, questions, and prompts of the bank's app."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from sekisho.adapters.http.json_fields import JsonFields
from sekisho.adapters.http.peers import require_peer
from sekisho.issuer.members.model import KeptQuestion
from sekisho.issuer.members.service import Members, PromptFacts, Proof
from sekisho.kernel.currencies import CURRENCIES
from sekisho.kernel.errors import TheyErred
from sekisho.kernel.factors import Ceremony
from sekisho.kernel.money import MINOR_MAX, Amount
from sekisho.kernel.secret import Secret

ID: Final = r"[\x21-\x7e]+"
TYPED_CHARACTERS_MAX: Final = 1_000
RESPONSE_CHARACTERS_MAX: Final = 20_000
FACTS_MAX: Final = 20

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here
PathId: TypeAlias = Annotated[str, Parameter(max_length=64)]
ACS: Final = [require_peer("acs")]


def factor_routes(members: Members) -> list[HTTPRouteHandler]:
    """List the routes."""
    return [*_proof_routes(members), *_passkey_routes(members), *_prompt_routes(members)]


def _proof_routes(members: Members) -> list[HTTPRouteHandler]:
    @post("/cards/{card_id:str}/proofs", guards=ACS, status_code=200)
    async def prove(request: AnyRequest, card_id: PathId) -> Response[bytes]:
        """Tell whether what was typed proves it; the same proof id has the same answer."""
        fields = JsonFields.of(await request.body())
        proof_id = fields.text("proofId", most=64, pattern=ID)
        kind = Proof(fields.one_of("kind", tuple(kind.value for kind in Proof)))
        typed = Secret(fields.text("typed", most=TYPED_CHARACTERS_MAX, least=0))
        question_id = fields.optional_text("questionId", most=64)
        fields.done()
        card = await members.cards.by_id(card_id)
        proven = await members.proving.prove(
            card, proof_id=proof_id, kind=kind, typed=typed, question_id=question_id
        )
        return _json({"proven": proven})

    @get("/cards/{card_id:str}/questions", guards=ACS)
    async def questions(card_id: PathId) -> Response[bytes]:
        """List what the cardholder can be asked, without the answers."""
        factors = await members.proving.of(await members.cards.by_id(card_id))
        return _json({"questions": [_question(each) for each in factors.questions]})

    return [prove, questions]


def _passkey_routes(members: Members) -> list[HTTPRouteHandler]:
    @get("/cards/{card_id:str}/passkeys", guards=ACS)
    async def passkeys(card_id: PathId) -> Response[bytes]:
        """List the card's passkeys."""
        factors = await members.proving.of(await members.cards.by_id(card_id))
        kept = [
            {
                "credentialId": each.credential_id,
                "publicKey": base64.b64encode(each.public_key).decode(),
                "signCount": each.sign_count,
            }
            for each in factors.passkeys
        ]
        return _json(
            {"rpId": members.rp_id, "origin": members.settings.passkey_origin, "passkeys": kept}
        )

    @post("/cards/{card_id:str}/passkeys/proofs", guards=ACS, status_code=200)
    async def prove_passkey(request: AnyRequest, card_id: PathId) -> Response[bytes]:
        """Tell whether one of the card's passkeys answered; the same proof id, the same answer."""
        fields = JsonFields.of(await request.body())
        proof_id = fields.text("proofId", most=64, pattern=ID)
        nonce = fields.text("nonce", most=128, check=_octets)
        facts = fields.texts("facts", most=200)
        response = fields.text("response", most=RESPONSE_CHARACTERS_MAX)
        fields.done()
        card = await members.cards.by_id(card_id)
        ceremony = Ceremony(nonce=_octets(nonce), facts=facts[:FACTS_MAX])
        proven = await members.proving.prove_passkey(
            card, proof_id=proof_id, ceremony=ceremony, response=response
        )
        return _json({"proven": proven})

    return [passkeys, prove_passkey]


def _prompt_routes(members: Members) -> list[HTTPRouteHandler]:
    @post("/cards/{card_id:str}/prompts", guards=ACS, status_code=200)
    async def prompt(request: AnyRequest, card_id: PathId) -> Response[bytes]:
        """Ask the cardholder in the bank's app, once for each prompt id."""
        prompt_id, facts = _prompt(JsonFields.of(await request.body()))
        card = await members.cards.by_id(card_id)
        return _json({"shown": await members.prompts.ask(card, prompt_id=prompt_id, facts=facts)})

    @delete("/cards/{card_id:str}/prompts/{prompt_id:str}", guards=ACS, status_code=200)
    async def withdraw(card_id: PathId, prompt_id: PathId) -> Response[bytes]:
        """Take a prompt back."""
        await members.prompts.withdraw(await members.cards.by_id(card_id), prompt_id)
        return _json({})

    return [prompt, withdraw]


def _prompt(fields: JsonFields) -> tuple[str, PromptFacts]:
    prompt_id = fields.text("promptId", most=64, pattern=ID)
    shop = fields.optional_text("shop", most=200)
    number = fields.optional_text("number", most=4, pattern="[0-9]+")
    expires_at = fields.text("expiresAt", most=40, check=_moment)
    minor, currency = 0, fields.optional_text("currency", most=3, check=_currency)
    if currency is not None:
        minor = fields.whole("amountMinor", most=MINOR_MAX)
    fields.done()
    return prompt_id, PromptFacts(
        shop=shop,
        amount=Amount(minor=minor, currency=currency) if currency else None,
        number=number,
        expires_at=_moment(expires_at),
    )


def _question(question: KeptQuestion) -> dict[str, object]:
    return {
        "questionId": question.question_id,
        "texts": question.texts,
        "several": question.several,
        "options": [{"code": each.code, "texts": each.texts} for each in question.options],
    }


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise TheyErred("must be base64") from error


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise TheyErred("must be a moment of ISO 8601") from error
    if moment.tzinfo is None:
        raise TheyErred("must name its time zone")
    return moment


def _currency(code: str) -> None:
    if code not in CURRENCIES:
        raise TheyErred("must be a currency code of ISO 4217")


def _json(members: dict[str, object]) -> Response[bytes]:
    return Response(
        msgspec.json.encode(members),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
