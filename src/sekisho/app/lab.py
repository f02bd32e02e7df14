"""The lab: every room's health, the addresses, the test cards and the sandbox's clock."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from litestar import Litestar, Request, get, post
from litestar.exceptions import ClientException
from litestar.response import Response

from sekisho.adapters.clock import SandboxClock
from sekisho.adapters.log import get_log
from sekisho.adapters.pages import Pages
from sekisho.app.addresses import Addresses
from sekisho.app.card_table import outcome_rows
from sekisho.app.rooms import Room

ADVANCE_S_MAX = 400 * 24 * 3600
"""More than a year in one step is a slip of the finger."""

BODY_BYTES_MAX = 1024

LabRequest = Request[Any, Any, Any]  # Any: Litestar's user, auth and state, none of which we use


def lab_site(rooms: Sequence[Room], clock: SandboxClock, at: Addresses) -> Litestar:
    """Build the lab's site; it exists in the sandbox only."""
    pages = Pages("sekisho.app")

    @get("/")
    async def front(request: LabRequest) -> Response[bytes]:
        """Show the house: addresses, health, clock, cards."""
        return pages.response(
            request, "lab.html", at=at, health=await health_of(rooms), now=clock.now(),
            outcomes=outcome_rows(),
        )  # fmt: skip

    @get("/healthz")
    async def healthz() -> Response[dict[str, object]]:
        """Tell the state of each room; 503 when one is not well."""
        state = await health_of(rooms)
        return Response(state, status_code=200 if state["status"] == "ok" else 503)

    @get("/clock")
    async def read_clock() -> dict[str, object]:
        """Tell the house's time."""
        return {"now": clock.now().isoformat(), "ahead_s": int(clock.offset.total_seconds())}

    @post("/clock", status_code=200)
    async def advance_clock(
        request: LabRequest, data: dict[str, Any]
    ) -> dict[str, object]:  # Any: JSON
        """Put the clock forward by `advance_s` seconds. Only JSON, so that no form can do it."""
        refuse_other_sites(request, at)
        seconds = data.get("advance_s")
        if isinstance(seconds, bool) or not isinstance(seconds, int):
            raise ClientException("advance_s must be a whole number of seconds")
        if not 0 <= seconds <= ADVANCE_S_MAX:
            raise ClientException(f"advance_s must be 0 to {ADVANCE_S_MAX}")
        clock.advance(timedelta(seconds=seconds))
        return {"now": clock.now().isoformat(), "ahead_s": int(clock.offset.total_seconds())}

    return Litestar(
        [front, healthz, read_clock, advance_clock, pages.static_handler()],
        exception_handlers=pages.exception_handlers(get_log("lab")),
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )


def refuse_other_sites(request: LabRequest, at: Addresses) -> None:
    """Let only the lab's own pages and programs (which send no Origin) move the clock.

    JSON alone is read: a form of another site cannot send it without asking first.
    """
    if request.content_type[0] != "application/json":
        raise ClientException("send application/json")
    origin = request.headers.get("origin")
    if origin is not None and origin not in {at.site("lab"), f"http://localhost:{at.port}"}:
        raise ClientException("only the lab's own pages may do this")


async def health_of(rooms: Sequence[Room]) -> dict[str, object]:
    """Ask every room how it is."""
    answers = await asyncio.gather(*(room.health() for room in rooms), return_exceptions=True)
    states: dict[str, Mapping[str, object]] = {
        room.name: answer if isinstance(answer, Mapping) else {"status": type(answer).__name__}
        for room, answer in zip(rooms, answers, strict=True)
    }
    well = all(state["status"] == "ok" for state in states.values())
    return {"status": "ok" if well else "not well", "rooms": states}
