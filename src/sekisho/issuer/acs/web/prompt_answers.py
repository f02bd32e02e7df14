"""What cardholders said in the bank's app, as the bank tells it: `POST /prompts/{id}` over mutual TLS."""

import json
from typing import Final
from urllib.parse import unquote

from litestar.types import HTTPScope, Receive, Send

from sekisho.adapters.http.emv import TEXT
from sekisho.adapters.http.peers import peer_name
from sekisho.adapters.http.raw import BodyCut, BodyTooLarge, read_body, respond
from sekisho.issuer.acs.service import APART, Acs
from sekisho.kernel.errors import NotThere, OutOfTurn

PROMPTS: Final = "/prompts/"
BANK: Final = "members"
"""The only peer that may tell: the name in the bank's certificate."""
BODY_BYTES_MAX: Final = 1024
ANSWERS: Final = {"approved": True, "denied": False}
NOBODY: Final = (403, b"only the bank tells of its app")
NOT_ONE: Final = (400, b"answer is approved or denied")
UNKNOWN: Final = (404, b"no such prompt is open")
TAKEN: Final = (200, b"")


async def take_answer(acs: Acs, scope: HTTPScope, receive: Receive, send: Send) -> None:
    """Take what a cardholder said; safe to repeat."""
    status, words = await _taken(acs, scope, receive)
    await respond(send, status, words, TEXT)


async def _taken(acs: Acs, scope: HTTPScope, receive: Receive) -> tuple[int, bytes]:
    if peer_name(scope) != BANK:
        return NOBODY
    try:
        body = await read_body(receive, limit=BODY_BYTES_MAX)
        said = json.loads(body)
        approved = ANSWERS.get(said.get("answer")) if scope["method"] == "POST" else None
    except (BodyTooLarge, BodyCut, ValueError, AttributeError, TypeError, RecursionError):
        return NOT_ONE
    if approved is None:
        return NOT_ONE
    prompt_id = unquote(scope["path"].removeprefix(PROMPTS))
    is_apart = prompt_id.endswith(f":{APART}")
    answered = acs.apart.answered if is_apart else acs.prompts.answered
    try:
        await answered(prompt_id, approved=approved)
    except (NotThere, OutOfTurn):
        return UNKNOWN
    return TAKEN
