"""A client of the sandbox that knows nothing but `sekisho sandbox --json`: programs and a browser.

Only the standard library, as if somebody else had written it: none of our own code is imported.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

PATIENCE_S = 30.0
REDIRECTS_MAX = 10
USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
Answer = tuple[int, dict[str, Any]]


def ask(
    method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Send one HTTP request; names under .localhost are this machine, as browsers know."""
    parts = urlsplit(url)
    connection = HTTPConnection("127.0.0.1", parts.port, timeout=PATIENCE_S)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, {"Host": parts.netloc, **(headers or {})})
        reply = connection.getresponse()
        return reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
    finally:
        connection.close()


def encoded(members: dict[str, Any]) -> str:
    """Write base64url JSON as browsers carry it."""
    return base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode()


def decoded(text: str) -> dict[str, Any]:
    """Read base64url JSON as browsers carry it."""
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return read


class EmvProgram:
    """A payment provider's program at the raw EMV API."""

    def __init__(self, document: dict[str, dict[str, str]]) -> None:
        self._base = document["threeds_server"]["base_url"]
        self._key = document["threeds_server"]["api_key"]

    def call(self, path: str, members: dict[str, Any]) -> dict[str, Any]:
        """Post JSON; EMV messages come back with status 200, errors too."""
        status, headers, body = ask(
            "POST", self._base + path, json.dumps(members).encode(),
            {"APIKey": self._key, "Content-Type": "application/json; charset=utf-8"},
        )  # fmt: skip
        assert status == 200, body
        assert headers["content-type"].startswith("application/json")
        answer: dict[str, Any] = json.loads(body)
        return answer


class PaymentProgram:
    """A merchant's program at the payment API."""

    def __init__(self, document: dict[str, dict[str, str]], *, version: str = "/api/v2") -> None:
        self._facts = document["gateway"]
        self._base = self._facts["base_url"] + version
        self._token: str | None = None

    def token(self) -> str:
        """Get an access token with the client's credentials."""
        pair = f"{self._facts['client_id']}:{self._facts['client_secret']}".encode()
        status, _, body = ask(
            "POST", self._facts["token_url"], b"grant_type=client_credentials",
            {"Authorization": f"Basic {base64.b64encode(pair).decode()}",
             "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        granted = json.loads(body)
        assert status == 200, granted
        assert granted["token_type"] == "Bearer"
        assert isinstance(granted["expires_in"], int)
        return str(granted["access_token"])

    def call(
        self, method: str, path: str, body: object = None, *, request_id: str | None = None,
        **headers: str,
    ) -> Answer:  # fmt: skip
        """Call the API; `headers` replace the usual ones."""
        self._token = self._token or self.token()
        usual = {
            "Authorization": f"Bearer {self._token}",
            "Merchant-Id": self._facts["merchant_id"],
            "Content-Type": "application/json",
            **({"Request-Id": request_id} if request_id else {}),
        }
        octets = None if body is None else json.dumps(body).encode()
        status, _, reply = ask(method, self._base + path, octets, {**usual, **headers})
        return status, json.loads(reply)


@dataclass
class Form:
    """A form of a page."""

    id: str
    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """What a browser has loaded."""

    url: str
    status: int
    headers: dict[str, str]
    text: str

    def form(self, *, id: str = "", ends: str = "") -> Form:
        """Find a form by its id or by the end of its address."""
        reader = _Forms()
        reader.feed(self.text)
        for form in reader.forms:
            if (id and form.id == id) or (ends and form.action.endswith(ends)):
                return form
        raise AssertionError(f"no such form on {self.url}: {self.text[:2000]}")

    def only_form(self) -> Form:
        """Give the page's one form."""
        reader = _Forms()
        reader.feed(self.text)
        (form,) = reader.forms
        return form


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").upper()
            self.forms.append(Form(given.get("id", ""), method, given.get("action", "")))
        if tag == "input" and self.forms and given.get("name"):
            self.forms[-1].fields[given["name"]] = given.get("value", "")


class Surfer:
    """A browser of few words: loads pages, follows redirects, sends forms."""

    def load(self, method: str, url: str, fields: dict[str, str] | None = None) -> Page:
        """Load a page, and what it leads to."""
        body, headers = None, {"User-Agent": USER_AGENT, "Accept": "text/html"}
        if method == "POST":
            body = urlencode(fields or {}).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        for _ in range(REDIRECTS_MAX):
            status, answered, text = ask(method, url, body, headers)
            if status != 303:
                return Page(url, status, answered, text.decode())
            method, body = "GET", None
            url = urljoin(url, answered["location"])
        raise AssertionError(f"{url} leads in circles")

    def send(self, page: Page, form: Form, **typed: str) -> Page:
        """Send a form of a page with what a person typed into it."""
        return self.load(form.method, urljoin(page.url, form.action), {**form.fields, **typed})


@dataclass
class Arrival:
    """A form that arrived at the client's own web server."""

    path: str
    fields: dict[str, str]


class OwnServer:
    """The client's own site: takes notifications and postbacks, and may serve one page."""

    def __init__(self, port: int, arrivals: "list[Arrival]") -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.arrivals = arrivals
        self.page = b"<!doctype html><title>Own site</title><p>Thank you."
        self.taken = b"<!doctype html><title>Taken</title><p>Taken."


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Run a web server on a free port of this machine."""
    arrivals: list[Arrival] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            octets = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            arrivals.append(Arrival(self.path, dict(parse_qsl(octets.decode()))))
            self._answer(site.taken)

        def do_GET(self) -> None:
            self._answer(site.page)

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = OwnServer(server.server_address[1], arrivals)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        yield site
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
