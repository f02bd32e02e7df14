"""The cardholder's phone: codes that arrive, the authenticator app and the bank's app."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, TypeVar
from urllib.parse import quote

from tests.foreign_client import ask
from tests.running_house import RunningHouse

Found = TypeVar("Found")
TRIES = 600
PAUSE_S = 0.05


@dataclass(frozen=True)
class Phone:
    """The phone of whoever holds the cards that end in four digits."""

    house: RunningHouse
    last_four: str

    def messages(self) -> list[dict[str, str]]:
        """What has arrived, the newest first."""
        told: list[dict[str, str]] = self._json("/inbox.json")["messages"]
        return told

    def code(self, known: int) -> str:
        """Wait for a message more than the known ones, and read its code."""

        def newest() -> str | None:
            messages = self.messages()
            if len(messages) <= known:
                return None
            found = re.search(r"(?<!\d)(\d{6})(?!\d)", messages[0]["text"])
            assert found, messages[0]
            return found.group(1)

        return patiently(newest)

    def app_code(self) -> str:
        """What the authenticator app shows now."""
        codes: list[dict[str, str]] = self._json("/app.json")["codes"]
        return codes[0]["code"]

    def prompt(self) -> dict[str, Any]:
        """Wait until the bank's app asks for an approval."""

        def waiting() -> dict[str, Any] | None:
            prompts: list[dict[str, Any]] = self._json("/app.json")["prompts"]
            return prompts[0] if prompts else None

        return patiently(waiting)

    def approve(self, *, number: str = "") -> None:
        """Approve what the bank's app asks for; `number` is the one on the shop's page."""
        prompt_id = quote(self.prompt()["promptId"], safe="")
        status, headers, _ = ask(
            "POST",
            f"{self.house.site('bank')}/app/prompts/{prompt_id}",
            f"answer=approve&number={number}".encode(),
            {"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert status == 303
        assert headers["location"].endswith("said=approved"), headers["location"]

    def _json(self, path: str) -> Any:
        return self.house.json(
            f"{path}?last4={self.last_four}", headers={"Host": f"bank.localhost:{self.house.port}"}
        )


def patiently(look: Callable[[], Found | None]) -> Found:
    """Look until something is there."""
    for _ in range(TRIES):
        found = look()
        if found is not None:
            return found
        Event().wait(PAUSE_S)
    raise AssertionError("what was waited for never came")
