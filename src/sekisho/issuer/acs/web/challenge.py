"""The challenge's pages. Every button posts a form; every answer is a page with an address.

No cookie is needed, and no script but for a passkey: the page's token travels in the address and in hidden fields. A
form that was posted leads to the page by 303, so that reloading it never repeats what was done.
"""

import json
from typing import Final

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from sekisho.adapters.http.sites import mount_of
from sekisho.adapters.pages import Pages
from sekisho.issuer.acs.model import Challenge, ChallengeKind, Ending, Question
from sekisho.issuer.acs.service import Acs, View, nonce_of
from sekisho.issuer.acs.web.challenge_forms import ChallengeForms
from sekisho.issuer.acs.web.door import SEE_OTHER, AnyRequest, Door
from sekisho.issuer.acs.web.forms import field, read_form
from sekisho.issuer.acs.web.framing import WITHOUT_DATA, challenge_csp
from sekisho.kernel.clock import Clock
from sekisho.kernel.factors import Ceremony, challenge_of
from sekisho.kernel.log import Log
from sekisho.protocol import ProtocolFault
from sekisho.protocol.forms import base64url

ERRORED: Final = "ERRORED"

TEMPLATES: Final = {
    ChallengeKind.ONE_TIME_CODE: "one_time_code.html",
    ChallengeKind.STATIC_PASSWORD: "static_password.html",
    ChallengeKind.APP_CODE: "app_code.html",
    ChallengeKind.OUT_OF_BAND: "out_of_band.html",
    ChallengeKind.PASSKEY: "passkey.html",
    ChallengeKind.SINGLE_SELECT: "select.html",
    ChallengeKind.MULTI_SELECT: "select.html",
    ChallengeKind.INFORMATION: "information.html",
    ChallengeKind.PASSES_BY_ITSELF: "by_itself.html",
    ChallengeKind.FAILS_BY_ITSELF: "by_itself.html",
}
"""A new way of asking is a row here and a template."""

ENDINGS: Final = {
    Ending.PASSED: "PASSED",
    Ending.FALLS_BACK: "FALLS_BACK",
    Ending.WRONG_ANSWERS: "FAILED",
    Ending.LOCKED: "FAILED",
    Ending.OTHER_DEVICE: "FAILED",
    Ending.DENIED: "DENIED",
    Ending.CANCELLED: "CANCELLED",
    Ending.NEVER_OPENED: "TIMED_OUT",
    Ending.LEFT_ALONE: "TIMED_OUT",
    Ending.FAULTED: ERRORED,
}
"""What the last page says of each ending."""

READING_S: Final = {"TIMED_OUT": 4, ERRORED: 4}
"""Seconds to read the last page before it goes back by itself; otherwise the shop says the same."""

WAITING_S: Final = 1
"""Seconds after which the page of a result on its way loads itself again."""

PASSKEY_MS: Final = 120_000
"""Milliseconds that a browser looks for a passkey before it gives up; then it can be tried again."""

RELOAD_AFTER_S: Final = 2
"""A page left alone loads itself again, that much after its time is over, and says so."""


class ChallengePages:
    """Serves challenges."""

    def __init__(self, acs: Acs, pages: Pages, *, clock: Clock, log: Log) -> None:
        self._acs = acs
        self._challenges = acs.challenges
        self._pages = pages
        self._clock = clock
        self._log = log
        self._door = Door(acs, clock=clock)
        self._forms = ChallengeForms(acs, self._door)

    def routes(self) -> list[HTTPRouteHandler]:
        """List the routes."""

        @post("/challenge", status_code=SEE_OTHER)
        async def opened(request: AnyRequest) -> Response[bytes]:
            """Take the CReq that the shop's page posts into its frame, and begin the challenge."""
            return await self._opened(request)

        @get("/challenge/page/{token:str}")
        async def page(request: AnyRequest, token: str) -> Response[bytes]:
            """Show the page of the challenge as it stands."""
            return await self._page(request, token)

        @get("/challenge/status/{token:str}")
        async def status(request: AnyRequest, token: str) -> Response[bytes]:
            """Tell a page's script whether there is something else to show."""
            return await self._status(request, token)

        return [opened, page, status, *self._forms.routes()]

    async def _opened(self, request: AnyRequest) -> Response[bytes]:
        self._door.limit_source(request)
        form = await read_form(request)
        try:
            view = await self._acs.opening.open(
                field(form, "creq"),
                form.get("threeDSSessionData"),
                agent=request.headers.get("user-agent", ""),
            )
        except ProtocolFault as fault:
            # Nobody to send an Erro to: neither identifier alone tells us where (attack 1).
            self._log.warning("bad CReq", fault=str(fault))
            return self._pages.response(
                request, "refused.html", status=400, csp=WITHOUT_DATA, fault=fault
            )
        if view.is_passing:
            return self._back(request, view)
        return self._door.to_page(request, view.token, language=view.challenge.language)

    async def _page(self, request: AnyRequest, token: str) -> Response[bytes]:
        self._door.limit_source(request)
        view = await self._challenges.look(token)
        if view.back is not None:
            return self._back(request, view)
        challenge = view.challenge
        question = challenge.question
        # Named in full: a page whose address has a fragment would not be loaded again.
        here = self._door.address(request, token, language=self._pages.language(request))
        return self._pages.response(
            request,
            "waiting.html" if question.ending else TEMPLATES[question.kind],
            csp=challenge_csp(challenge),
            headers={"Refresh": f"{self._reload_after_s(challenge)}; url={here}"},
            root=mount_of(request.scope),
            view=view,
            challenge=challenge,
            question=question,
            purchase=challenge.purchase,
            zone=self._acs.settings.time_zone,
            code_minutes=self._acs.settings.code_s // 60,
            page=standing_of(view),
            passkey_request=passkey_request(question),
            help_url=self._acs.settings.help_url,
        )

    async def _status(self, request: AnyRequest, token: str) -> Response[bytes]:
        self._door.limit_source(request)
        view = await self._challenges.peek(token)
        return Response(
            json.dumps({"page": standing_of(view)}).encode(),
            media_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    def _reload_after_s(self, challenge: Challenge) -> int:
        until = challenge.browser.until if challenge.browser else None
        if challenge.question.ending is not None or until is None:
            return WAITING_S
        left_s = int((until - self._clock.now()).total_seconds())
        return max(left_s, 0) + RELOAD_AFTER_S

    def _back(self, request: AnyRequest, view: View) -> Response[bytes]:
        """Show how it ended, and take the result back to the requestor: the same at every call."""
        challenge = view.challenge
        ending = None if view.is_passing else challenge.question.ending
        state = ERRORED if ending is None else ENDINGS[ending]
        return self._pages.response(
            request,
            "back.html",
            csp=challenge_csp(challenge, returning=True),
            view=view,
            challenge=challenge,
            purchase=challenge.purchase,
            state=state,
            submit_after_s=READING_S.get(state, 0),
        )


def standing_of(view: View) -> str:
    """Say where a challenge stands, in a text that changes when its page would."""
    question = view.challenge.question
    said = question.prompt.approved if question.prompt else None
    return f"{question.turn} {question.ending is not None} {said is not None}"


def passkey_request(question: Question) -> str | None:
    """Give what the page hands to `navigator.credentials.get()`; None where no passkey is asked."""
    ceremony = question.ceremony
    if ceremony is None:
        return None
    challenge = challenge_of(Ceremony(nonce=nonce_of(ceremony.nonce), facts=ceremony.facts))
    return json.dumps(
        {
            "challenge": base64url(challenge),
            "rpId": ceremony.rp_id,
            "allowCredentials": [
                {"type": "public-key", "id": each} for each in ceremony.credential_ids
            ],
            "userVerification": "required",
            "timeout": PASSKEY_MS,
        }
    )
