"""The pages that are printed from the code, so that they cannot lag behind it.

Add a page: write a function that gives its text and put it in PAGES. `make docs` writes them all;
a test fails when one in the repository is not what the code says.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from sekisho.app.docs.cards import cards_page
from sekisho.app.docs.elements import elements_page
from sekisho.app.docs.errors import errors_page
from sekisho.app.docs.examples import example_text
from sekisho.app.docs.http import http_page
from sekisho.app.docs.journeys import journeys_page
from sekisho.app.docs.mischief import mischief_page
from sekisho.app.docs.payment_fields import payment_fields_page
from sekisho.app.docs.protocol_states import protocol_states_page
from sekisho.app.docs.schemas import schema_path, schema_text, schemas_page
from sekisho.app.docs.settings import settings_page
from sekisho.app.docs.states import states_page
from sekisho.app.docs.threeds1 import threeds1_page
from sekisho.app.settings import ROOM_SETTINGS
from sekisho.protocol import Version
from sekisho.protocol.schemas import kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One generated page."""

    path: str
    """Where it stands under docs/."""
    text: Callable[[], str]
    about: str
    """What a reader finds there."""


INDEX: Final = """# Reference

<!-- Printed by `make docs`; do not edit. -->

These pages are printed from the code that does the work, and a test fails when one of them is stale:
what stands here is what happens.

"""


def index_page() -> str:
    """Give the list of the reference pages."""
    shown = [page for page in PAGES if page.path.startswith("reference/")]
    rows = [
        f"- [{page.path.removeprefix('reference/')}]({page.path.removeprefix('reference/')}): {page.about}"
        for page in shown
        if page.text is not index_page
    ]
    return INDEX + "\n".join([*rows, ""])


PAGES: Final[tuple[Page, ...]] = (
    Page(
        path="reference/elements.md",
        text=elements_page,
        about="every data element of EMV 3DS 2.1.0, 2.2.0 and 2.3.1, message by message.",
    ),
    Page(
        path="reference/protocol-states.md",
        text=protocol_states_page,
        about="who may send what when in EMV 3DS, and what silence means, as diagrams and tables.",
    ),
    Page(
        path="reference/states.md",
        text=states_page,
        about="how everything that the rooms remember may change, as diagrams and tables.",
    ),
    Page(
        path="reference/threeds1.md",
        text=threeds1_page,
        about="every element, code and outcome of 3-D Secure 1.0.2.",
    ),
    Page(
        path="reference/errors.md",
        text=errors_page,
        about="error codes of EMV 3DS and of the payment API.",
    ),
    Page(
        path="reference/payment-fields.md",
        text=payment_fields_page,
        about="which member of the payment API becomes which EMV 3DS element.",
    ),
    Page(
        path="reference/http.md",
        text=http_page,
        about="every address, for browsers, programs and rooms.",
    ),
    Page(
        path="reference/settings.md",
        text=settings_page,
        about="what a room must be told to run by itself, with an example file for each.",
    ),
    Page(
        path="reference/test-cards.md",
        text=cards_page,
        about="the numbers that call up every outcome.",
    ),
    Page(
        path="reference/mischief.md",
        text=mischief_page,
        about="what peers can be made to do wrong in the sandbox, and what must come of it.",
    ),
    Page(
        path="reference/journeys.md",
        text=journeys_page,
        about="every transaction that EMV 3DS knows, and the test card that leads along it.",
    ),
    Page(path="reference/README.md", text=index_page, about="this list."),
    Page(
        path="schemas/README.md",
        text=schemas_page,
        about="what the JSON Schemas of the messages guarantee, and what not.",
    ),
    *(
        Page(
            path=schema_path(kind, version),
            text=partial(schema_text, kind, version),
            about=f"the JSON Schema of {kind.value} in {version.value}.",
        )
        for version in Version
        for kind in kinds(version)
    ),
    *(
        Page(
            path=f"examples/{room}.toml",
            text=partial(example_text, room),
            about=f"a settings file of the room {room}.",
        )
        for room in ROOM_SETTINGS
    ),
)


def write_pages(docs: Path) -> list[str]:
    """Write every page under the folder; give the paths of those that changed."""
    written = []
    for page in PAGES:
        text, target = page.text(), docs / page.path
        if not _holds(target, text):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            written.append(page.path)
    return written


def stale_pages(docs: Path) -> list[str]:
    """List the pages that are missing or not what the code says."""
    return [page.path for page in PAGES if not _holds(docs / page.path, page.text())]


def _holds(target: Path, text: str) -> bool:
    return target.is_file() and target.read_text(encoding="utf-8") == text
