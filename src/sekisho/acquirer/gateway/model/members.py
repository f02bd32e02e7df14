"""Walking a request's JSON by dotted path, gathering every flaw rather than the first."""

from collections.abc import Iterable, Mapping

from sekisho.acquirer.gateway.model.mapping import FIELDS, Field, Mark, full_path
from sekisho.acquirer.gateway.model.refusals import Flaw, malformed, missing
from sekisho.acquirer.gateway.model.rules import Bad, Read, Rule
from sekisho.protocol import Json

WITHOUT_SCRIPT_UNKNOWN = frozenset(
    f"browserInfo.{name}"
    for name in (
        "browserColorDepth",
        "browserScreenHeight",
        "browserScreenWidth",
        "deviceLocalTimeZone",
        "javaEnabled",
    )
)
"""Required, except of a browser that runs no scripts: nobody could have asked it."""


class Members:
    """A request's members, and the flaws found in them so far."""

    def __init__(self, body: Mapping[str, Json]) -> None:
        self._body = body
        self.flaws: list[Flaw] = []

    def find(self, path: str) -> Json:
        """Give the value at a path; None when it is not there, null, or empty.

        An empty text counts as absent, because merchants' templates send `""` for what they do
        not know.
        """
        value: Json = dict(self._body)
        for name in path.split("."):
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return None if value in ("", {}) else value

    def read(self, path: str, rule: Rule, *, required: bool = False) -> Read | None:
        """Read one member by its rule; a flaw is noted and None given when it cannot be taken."""
        value = self.find(path)
        if value is None:
            if required:
                self.flaws.append(missing(path))
            return None
        try:
            return rule(value)
        except Bad as bad:
            self.flaws.append(malformed(path, str(bad)))
            return None

    def note(self, path: str, why: str) -> None:
        """Note a flaw of a member that is otherwise well formed."""
        self.flaws.append(malformed(path, why))

    def object_at(self, path: str, *, required: bool = False) -> bool:
        """Tell whether an object stands at a path; anything else there is a flaw."""
        value = self.find(path)
        if isinstance(value, dict):
            return True
        if value is not None:
            self.flaws.append(malformed(path, "must be an object"))
        elif required:
            self.flaws.append(missing(path))
        return False


def read_fields(
    members: Members, request_object: str, *, personal_data_forbidden: bool
) -> dict[str, Read]:
    """Read every member of the mapping table; give what was found by the table's own path."""
    scripts = members.find("browserInfo.javaScriptEnabled") not in (False, "false")
    found: dict[str, Read] = {}
    for field in FIELDS:
        if field.mark is Mark.EXPECTED and personal_data_forbidden:
            continue
        required = field.mark is not Mark.OPTIONAL and (
            scripts or field.path not in WITHOUT_SCRIPT_UNKNOWN
        )
        value = _read_field(members, field, request_object, required=required)
        if value is not None:
            found[field.path] = value
    return found


def check_containers(members: Members, paths: Iterable[str]) -> None:
    """Note each of the paths at which something other than an object stands."""
    for path in paths:
        members.object_at(path)


def _read_field(
    members: Members, field: Field, request_object: str, *, required: bool
) -> Read | None:
    path = full_path(field.path, request_object)
    for place in (path, *field.aliases):
        if members.find(place) is not None:
            return members.read(place, field.rule)
    return members.read(path, field.rule, required=required)
