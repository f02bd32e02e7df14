"""The bank's site for people: welcome, help, and in a sandbox the inbox of its cardholders."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import msgspec
from litestar import Litestar, Request, Response, get
from litestar.exceptions import NotFoundException

from sekisho.adapters.pages import Pages
from sekisho.issuer.members.model import MessageChannel
from sekisho.issuer.members.service import Members, ReceivedMessage
from sekisho.issuer.members.web.app_pages import AppPages
from sekisho.kernel.log import Log

LAST_FOUR: Final = re.compile(r"[0-9]{4}", re.ASCII)
BODY_BYTES_MAX: Final = 32 * 1024
"""A new passkey with its attestation; other forms are small."""

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    """A message with its time as people of the bank's country read it."""

    message_id: str
    last_four: str
    recipient_masked: str
    delivered_at: datetime
    shown_at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownChannel:
    """The phone, or the mailbox."""

    id: str
    received: tuple[ShownMessage, ...]


def site(members: Members, *, log: Log) -> Litestar:
    """Build the application behind `bank.localhost`; the inbox only where settings allow it."""
    pages = Pages("sekisho.issuer.members")
    settings = members.settings
    zone = ZoneInfo(settings.time_zone)
    in_app = AppPages(members, pages).routes()

    @get("/", sync_to_thread=False)
    def home(request: AnyRequest) -> Response[Any]:  # Any: what a page renders to is its own
        """Say who the bank is."""
        return pages.response(request, "home.html", bank=settings)

    @get("/help", sync_to_thread=False)
    def help_page(request: AnyRequest) -> Response[Any]:  # Any: as above
        """Help with authentication pages, and what to do when one looks wrong."""
        return pages.response(request, "help.html", bank=settings)

    @get("/inbox")
    async def inbox(request: AnyRequest) -> Response[Any]:  # Any: as above
        """Sandbox: show what cardholders' phones and mailboxes received."""
        _only_in_sandbox(members)
        wanted = request.query_params.get("last4", "").strip()
        good = LAST_FOUR.fullmatch(wanted) is not None
        found = await members.messages.inbox(last_four=wanted if good else None)
        return pages.response(
            request,
            "inbox.html",
            channels=_channels(found, zone),
            last_four=wanted[:4],
            bad_filter=bool(wanted) and not good,
            bank=settings,
        )

    @get("/inbox.json")
    async def inbox_json(request: AnyRequest) -> Response[bytes]:
        """Sandbox: the inbox for programs, `?last4=` for one card's."""
        _only_in_sandbox(members)
        wanted = request.query_params.get("last4")
        found = await members.messages.inbox(last_four=wanted)
        return _listed(found)

    return Litestar(
        route_handlers=[home, help_page, inbox, inbox_json, *in_app, pages.static_handler()],
        exception_handlers=pages.exception_handlers(log),
        request_max_body_size=BODY_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )


def _listed(found: Sequence[ReceivedMessage]) -> Response[bytes]:
    return Response(
        msgspec.json.encode({"messages": [_fact(message) for message in found]}),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _only_in_sandbox(members: Members) -> None:
    if not members.settings.sandbox_inbox:
        raise NotFoundException("there is no such page")


def _channels(found: Sequence[ReceivedMessage], zone: ZoneInfo) -> tuple[ShownChannel, ...]:
    return tuple(
        ShownChannel(
            id=channel.value,
            received=tuple(_shown(each, zone) for each in found if each.channel is channel),
        )
        for channel in MessageChannel
    )


def _shown(message: ReceivedMessage, zone: ZoneInfo) -> ShownMessage:
    local = message.delivered_at.astimezone(zone)
    return ShownMessage(
        message_id=message.message_id,
        last_four=message.last_four,
        recipient_masked=message.recipient_masked,
        delivered_at=message.delivered_at,
        shown_at=f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()}",
        text=message.text,
    )


def _fact(message: ReceivedMessage) -> dict[str, str]:
    return {
        "messageId": message.message_id,
        "channel": message.channel.value,
        "lastFour": message.last_four,
        "recipientMasked": message.recipient_masked,
        "deliveredAt": message.delivered_at.isoformat().replace("+00:00", "Z"),
        "text": message.text,
    }
