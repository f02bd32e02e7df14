"""A shop that still speaks 3-D Secure 1.0.2: its server at the plug-in's API, its page, its TermUrl."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

from tests.foreign_client import OwnServer, Page, ask
from tests.foreign_payer import Foreigner, a_foreigner, card_of
from tests.running_house import RunningHouse

PASSWORD = "hakone-1619"
"""The sandbox's: of the bank's web service, for every card."""

FULL = "_self"
POP_UP = "bank"
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>An old shop</title></head><body>
<h1>An old shop</h1><p id="said">Not paid.</p>
<form id="pay" method="post" action="{acs}" target="{target}">
<input type="hidden" name="PaReq" value="{pareq}"><input type="hidden" name="TermUrl" value="{term}">
<input type="hidden" name="MD" value="{md}"><button type="submit">Pay</button></form>
<script>
  if ("{target}" === "bank") {{
    document.getElementById("pay").addEventListener("submit", () => window.open(
      "", "bank", "width=390,height=400"));
    addEventListener("message", (told) => {{ document.getElementById("said").textContent = told.data; }});
  }}
</script></body></html>"""
"""The two page forms of B16: the whole window goes to the bank, or a pop-up does."""
BACK = b"<!doctype html><title>Taken</title><p>Taken."
BACK_IN_POP_UP = b"""<!doctype html><title>Back</title><p>Back at the shop.</p>
<script>opener.postMessage("Back from the bank.", "*"); close();</script>"""


@dataclass
class OldShop:
    """The shop, and a cardholder's browser of few words."""

    document: dict[str, dict[str, str]]
    foreigner: Foreigner

    @property
    def site(self) -> OwnServer:
        """Its web server."""
        return self.foreigner.site

    def call(self, path: str, members: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Call the plug-in's API."""
        facts = self.document["threeds_server"]
        status, _, body = ask(
            "POST", facts["base_url"] + path, json.dumps(members).encode(),
            {"APIKey": facts["api_key"], "Content-Type": "application/json"},
        )  # fmt: skip
        return status, json.loads(body)

    def enrol(self, ending: str, *, amount: str = "14500", **merchant: str) -> dict[str, Any]:
        """Ask about a test card."""
        status, told = self.call(
            "/mpi/enrolment",
            {
                "pan": card_of(ending),
                "expiry": "3412",
                "merchant": {
                    "acqBIN": "412345",
                    "merID": self.document["gateway"]["merchant_id"],
                    "name": "An old shop",
                    "country": "392",
                    "url": self.site.url,
                    **merchant,
                },
                "purchase": {"purchAmount": amount, "currency": "392"},
                "termUrl": f"{self.site.url}/back",
            },
        )
        assert status == 200, told
        return told

    def serve(self, told: dict[str, Any], *, target: str = FULL) -> str:
        """Serve the page whose button leads to the bank; give its address."""
        self.site.page = PAGE.format(
            acs=escape(told["acsURL"]), target=target, pareq=escape(told["PaReq"]),
            term=escape(told["TermUrl"]), md=escape(told["MD"]),
        ).encode()  # fmt: skip
        self.site.taken = BACK_IN_POP_UP if target == POP_UP else BACK
        return self.site.url

    def visit(self, told: dict[str, Any]) -> Page:
        """Bring the browser of few words to the bank."""
        fields = {name: told[name] for name in ("PaReq", "TermUrl", "MD")}
        return self.foreigner.surfer.load("POST", told["acsURL"], fields)

    def press(self, page: Page, ending: str, **typed: str) -> Page:
        """Press the button of the form whose address ends so."""
        return self.foreigner.surfer.send(page, page.form(ends=ending), **typed)

    def go_back(self, page: Page) -> dict[str, Any]:
        """Take the PARes back to the shop, and ask the plug-in what it is worth."""
        self.press(page, "/back")
        return self.worth()

    def worth(self) -> dict[str, Any]:
        """Give the last arrival to the plug-in."""
        arrival = self.site.arrivals[-1]
        assert arrival.path == "/back"
        assert set(arrival.fields) == {"PaRes", "MD"}
        status, result = self.call("/mpi/result", dict(arrival.fields))
        assert status == 200, result
        return result


@contextmanager
def an_old_shop(house: RunningHouse) -> Iterator[OldShop]:
    """Open the shop."""
    with a_foreigner(house) as foreigner:
        yield OldShop(house.credentials(), foreigner)
