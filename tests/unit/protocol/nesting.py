"""AReqs with an extension that holds anything, however deep."""

from sekisho.protocol import Json, Version
from sekisho.testkit import samples


def extended(data: Json) -> dict[str, Json]:
    """Give an AReq with an extension that holds this."""
    extension = {"name": "n", "id": "x-1", "criticalityIndicator": False, "data": data}
    return samples.areq(Version.V220, messageExtension=[extension])


def nested(levels: int) -> Json:
    """Give an object that many levels deep."""
    inner: Json = "x"
    for _ in range(levels):
        inner = {"a": inner}
    return inner
