"""What a schema leaves out, in words: each message's own list of rules that it cannot say."""

from collections.abc import Iterable, Iterator

from sekisho.protocol.checks.cross import RULES
from sekisho.protocol.elements import Element, elements_of
from sekisho.protocol.places import Place
from sekisho.protocol.schemas.saying import View, is_seen
from sekisho.protocol.vocabulary import Component


def unsaid(places: Iterable[Place], receiver: Component | None) -> list[str]:
    """List the rules of these places that their schemas do not say, each once."""
    return [*dict.fromkeys(rule for place in places for rule in _unsaid_at(place, receiver))]


def _unsaid_at(place: Place, receiver: Component | None) -> Iterator[str]:
    yield "no member stands twice in an object (204)"
    rows = elements_of(*place)
    view = View(
        place=place,
        receiver=receiver,
        rows={name: row for name, (row, _) in rows.items()},
        at_top=True,
        unseen=False,
    )
    for name, (row, letter) in rows.items():
        yield from _lengths(name, row)
        if letter != "C":
            continue
        for what, conditions in (("required", row.needed), ("allowed only", row.allowed)):
            condition = conditions.get(place.form)
            if condition is not None and not is_seen(condition.at(place), view):
                yield f"{name} is {what} when {condition.text}"
    if "messageExtension" in rows:
        yield "no extension id stands twice (204), and a critical one is understood (202)"
    for rule in RULES[place.form]:
        # The first line of what a rule says of itself.
        yield (rule.__doc__ or rule.__name__).splitlines()[0].rstrip(".")


def _lengths(path: str, row: Element) -> Iterator[str]:
    if row.json_most is not None:
        yield f"{path} has at most {row.json_most} characters as JSON (203)"
    if row.kind.value != "string":
        for child in row.children:
            yield from _lengths(f"{path}.{child.name}", child)
