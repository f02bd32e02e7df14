"""Documents cannot lag behind the code: pages are what it prints, links and commands lead somewhere."""

import ast
import dataclasses
import json
import re
from pathlib import Path
from typing import get_args, get_type_hints

import click
import pytest
from tools.mutation import scores

from sekisho.acquirer import gateway
from sekisho.app.cli import main
from sekisho.app.docs.examples import example
from sekisho.app.docs.literals import field_texts, first_line
from sekisho.app.docs.pages import PAGES, Page, stale_pages, write_pages
from sekisho.app.docs.states import Flow, flows
from sekisho.app.settings import ROOM_SETTINGS, RoomFile, read_room_file
from sekisho.protocol import ErrorCode
from sekisho.protocol.elements import ELEMENTS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
MARKDOWN = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
FLOWS = flows()
REMEDY = "it is not what the code says: run `make docs` and commit what it writes"


def text_of(path: str) -> str:
    return (DOCS / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_no_page_is_stale(page: Page) -> None:
    """F1, F3: what stands in the reference is what happens."""
    target = DOCS / page.path
    assert target.is_file(), f"{page.path} is missing: run `make docs`"
    assert target.read_text(encoding="utf-8") == page.text(), f"{page.path}: {REMEDY}"


def test_the_mutation_scores_say_which_module_has_changed_since() -> None:
    """A score of a module that is another by now must not pass for today's."""
    assert scores.PAGE.read_text() == scores.page(), "run tools/reference.py (make docs)"
    assert set(json.loads(scores.SCORES.read_text())) <= set(scores.targets())


def test_no_page_is_left_over() -> None:
    """A page that nothing prints any more tells of what is gone."""
    printed = {DOCS / page.path for page in PAGES}
    folders = {path.relative_to(DOCS).parts[0] for path in printed}
    found = {path for folder in folders for path in (DOCS / folder).rglob("*") if path.is_file()}
    assert found == printed, "delete what is left over, or print it from the code"


def test_pages_are_written_only_where_they_changed(tmp_path: Path) -> None:
    """A second run writes nothing."""
    assert write_pages(tmp_path) == [page.path for page in PAGES]
    assert write_pages(tmp_path) == []
    (tmp_path / PAGES[0].path).write_text("stale", encoding="utf-8")
    assert stale_pages(tmp_path) == [PAGES[0].path]


def test_every_element_has_its_section() -> None:
    """F1: and only one."""
    text = text_of("reference/elements.md")
    for element in ELEMENTS:
        assert text.count(f"\n### {element.name}\n") == 1


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.title)
def test_every_state_is_reached_and_explained(flow: Flow) -> None:
    """A diagram with an island is a diagram of something else; name the second state in a remark."""
    begun = flow.start or next(iter(flow.states))
    reached = {begun} | {to for move in flow.moves for to in move.targets if to != move.source}
    assert {state for state in flow.states if state not in reached} == set()
    assert set(field_texts(flow.states)) >= {state.name for state in flow.states}, (
        "say below each state what it means"
    )
    events = {move.event for move in flow.moves}
    assert all(first_line(event) for event in events if isinstance(event, type))


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.title)
def test_no_final_state_has_a_way_out(flow: Flow) -> None:
    """What the page guarantees, for every table that will ever be there."""
    for move in flow.moves:
        if move.source in flow.final:
            assert move.targets == (move.source,)


def settings_classes(kind: type) -> list[type]:
    """Give a settings class and those of the tables inside it."""
    found = [kind]
    for hint in get_type_hints(kind).values():
        for inner in (hint, *get_args(hint)):
            if isinstance(inner, type) and dataclasses.is_dataclass(inner):
                found += settings_classes(inner)
    return found


@pytest.mark.parametrize("room", ROOM_SETTINGS)
def test_every_setting_is_explained(room: str) -> None:
    """F7: a setting that nobody explains is a setting that nobody sets right."""
    page = text_of("reference/settings.md").partition(f"\n## {room}\n")[2].partition("\n## ")[0]
    for kind in settings_classes(ROOM_SETTINGS[room]):
        for field in dataclasses.fields(kind):
            assert field_texts(kind).get(field.name), f"say below {kind.__name__}.{field.name}"
            assert re.search(rf"`([a-z0-9_]+\.)*{field.name}`", page)
    assert set(field_texts(RoomFile)) == {field.name for field in dataclasses.fields(RoomFile)}


@pytest.mark.parametrize("room", ROOM_SETTINGS)
def test_every_example_file_is_read_as_it_is_meant(room: str) -> None:
    """F7: whoever begins with the example begins with a file that loads, word for word."""
    read = read_room_file(DOCS / "examples" / f"{room}.toml", room, database=None)
    meant = example(room)
    assert dataclasses.replace(read, keys=meant.keys) == meant
    assert read.keys == DOCS / "examples" / "keys"


def test_every_error_has_its_line() -> None:
    """F1, C2: each code that a peer or a merchant may be told is on the page."""
    page = text_of("reference/errors.md")
    assert all(f"\n| {code.value} | " in page for code in ErrorCode)
    told = {
        node.value.value
        for path in Path(gateway.__path__[0]).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword) and node.arg == "code"
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    assert len(told) > 20
    assert {code for code in told if f"`{code}`" not in page} == set()


def links(path: Path) -> list[str]:
    text = re.sub(r"```.*?```|`[^`]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text)
    return [markdown or html for markdown, html in found]


def headings(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """A link inside the repository names a file, and a heading of it, that is there."""
    for link in links(path):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{path.name} leads to {link}, which is not there"
        if anchor:
            assert anchor in headings(target), f"{path.name}: no heading for {link}"


def commands(path: Path, program: str) -> set[tuple[str, ...]]:
    """Find the commands of a program that a page names, each with its options."""
    blocks = re.findall(r"```(?:sh)?\n(.*?)```", path.read_text(), re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", path.read_text())
    found = set()
    for line in [*(line for block in blocks for line in block.splitlines()), *spans]:
        words = line.split("#")[0].split()
        if len(words) > 1 and words[0] == program:
            found.add((words[1], *(word for word in words if word.startswith("--"))))
    return found


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_page_names_is_there(path: Path) -> None:
    """A command that is copied from a page and fails is the last one that is copied."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for target, *_ in commands(path, "make"):
        assert target in targets, f"{path.name}: there is no `make {target}`"
    for name, *options in commands(path, "sekisho"):
        command = main.commands.get(name)
        assert command is not None, f"{path.name}: there is no `sekisho {name}`"
        known = {
            opt for param in command.params if isinstance(param, click.Option) for opt in param.opts
        }
        assert set(options) <= known, f"{path.name}: `sekisho {name}` has no {options}"


def test_the_two_commands_of_the_readme_are_make_targets() -> None:
    """The check above sees what the README shows."""
    assert commands(ROOT / "README.md", "make") >= {("up",), ("test",)}
    assert ("sandbox", "--json") in commands(ROOT / "README.md", "sekisho")


DECISIONS = sorted((DOCS / "decisions").glob("*.md"))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_fits_on_a_screen_and_is_held_by_something(path: Path) -> None:
    """A decision that nothing holds is a wish."""
    text = path.read_text()
    number = int(path.stem.partition("-")[0])
    assert number == DECISIONS.index(path) + 1, "decisions are numbered without gaps"
    assert text.startswith(f"# {number}. ")
    assert text.count("\n") <= 40, "one screen: say less"
    held = re.findall(r"^- `([^`]+)`", text.partition("\n## Held by\n")[2], re.MULTILINE)
    assert held, "name the test or lint that enforces it"
    for place in held:
        name, _, test = place.partition("::")
        assert (ROOT / name).is_file(), f"{place} is not there"
        assert not test or re.search(rf"^(async )?def {test}\(", (ROOT / name).read_text(), re.M)


@pytest.mark.parametrize("name", ["choices.md", "divergences.md"])
def test_settings_that_a_page_names_are_there(name: str) -> None:
    """A choice that can be set is named by its setting, which is still called so."""
    known = {
        field.name
        for room in ROOM_SETTINGS.values()
        for kind in settings_classes(room)
        for field in dataclasses.fields(kind)
    }
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", text_of(name)))
    assert named
    assert named <= known
