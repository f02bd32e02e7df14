"""A browser of few words, for the gateway's site in one process: asks, follows, fills in forms."""

import base64
import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from sekisho.acquirer.gateway.web import site
from sekisho.protocol.forms import encode_form_json
from tests.unit.gateway.scenes import MERCHANT, PAY, World

_INPUT = re.compile(r'<input[^>]*name="([^"]*)"[^>]*value="([^"]*)"')
_ACTION = re.compile(r'<form id="([^"]+)"[^>]*action="([^"]*)"')


class Browser:
    """Speaks to the gateway's site as merchants' programs and buyers' browsers do."""

    def __init__(self, world: World) -> None:
        self.world = world
        app = site(world.service, world.settings, clock=world.clock, log=world.log)
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)  # type: ignore[arg-type]  # Litestar's own ASGI types
        self.http = httpx.AsyncClient(transport=transport, base_url=PAY)

    async def token(self, merchant: Any = MERCHANT) -> str:
        """Get an access token."""
        answer = await self.http.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(merchant.client_id, merchant.client_secret.reveal()),
        )
        return str(answer.json()["access_token"])

    async def api(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        request_id: str | None = "r-1",
        **headers: str,
    ) -> httpx.Response:
        """Call the payment API as the merchant."""
        given = {
            "Authorization": f"Bearer {await self.token()}",
            "merchant-id": MERCHANT.merchant_id,
        }
        if request_id is not None:
            given["request-id"] = request_id
        content = None if body is None else json.dumps(body)
        return await self.http.request(
            method,
            f"/api/v2{path}",
            content=content,
            headers={**given, "Content-Type": "application/json", **headers},
        )

    async def pay(self, body: dict[str, Any], request_id: str = "r-1") -> dict[str, Any]:
        """Make a payment and give the answer."""
        answer = await self.api("POST", "/payments", body, request_id=request_id)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def open(
        self, made: dict[str, Any], member: str = "paymentAuthenticationResult"
    ) -> httpx.Response:
        """Open the orchestration address as seed 002's script does: a GET form of its parameters."""
        address = urlsplit(made[member]["authenticationOrchestrationUrl"])
        backwards = list(reversed(parse_qsl(address.query)))
        first = await self.http.get(address.path, params=backwards)
        return await self.follow(first)

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        """Go where a redirect leads."""
        while answer.status_code == 303:
            answer = await self.http.get(answer.headers["location"])
        return answer

    async def press(self, page: httpx.Response, form: str = "go-on") -> httpx.Response:
        """Send one of a page's forms to our own site."""
        action = dict(_ACTION.findall(page.text))[form]
        return await self.follow(await self.http.post(unescape(action)))

    async def method_notifies(self, page: httpx.Response) -> httpx.Response:
        """Let the issuer's 3DS Method notify, as the form told it to."""
        said = decoded(inputs(page)["threeDSMethodData"])
        path = urlsplit(said["threeDSMethodNotificationURL"]).path
        data = encode_form_json({"threeDSServerTransID": said["threeDSServerTransID"]})
        return await self.http.post(path, data={"threeDSMethodData": data})

    async def challenge_returns(
        self, page: httpx.Response, payment_id: str, **cres: str
    ) -> httpx.Response:
        """Let the issuer send the browser back with a CRes."""
        fields = inputs(page)
        creq = decoded(fields["creq"])
        message = {
            "messageType": "CRes",
            "messageVersion": creq["messageVersion"],
            "threeDSServerTransID": creq["threeDSServerTransID"],
            "acsTransID": creq["acsTransID"],
            "transStatus": "Y",
            **cres,
        }
        return await self.http.post(
            f"/3ds/{payment_id}/challenge",
            data={
                "cres": encode_form_json(message),
                "threeDSSessionData": fields["threeDSSessionData"],
            },
        )


def inputs(page: httpx.Response) -> dict[str, str]:
    """The hidden fields of a page."""
    return {name: unescape(value) for name, value in _INPUT.findall(page.text)}


def action(page: httpx.Response, form: str = "start") -> str:
    """Where a form of a page goes."""
    return unescape(dict(_ACTION.findall(page.text))[form])


def decoded(text: str) -> dict[str, Any]:
    """Read a base64url form value."""
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def policy(page: httpx.Response) -> dict[str, list[str]]:
    """A page's content security policy, directive by directive."""
    directives = page.headers["content-security-policy"].split("; ")
    return {words[0]: words[1:] for words in (directive.split() for directive in directives)}
