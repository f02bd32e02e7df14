"""What a 3DS Server says of a card before it is authenticated: the answer of /preauth, read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sekisho.kernel.errors import Unreachable
from sekisho.protocol import Version
from sekisho.protocol.vocabulary import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFacts:
    """The 3DS Method of one protocol version."""

    version: str
    url: str
    limit_s: int
    """Seconds from the load of its iframe; after that `auth` goes out with threeDSCompInd N."""
    reuse_s: int | None = None
    """Seconds for which its result may be used again, by threeDSMethodId; None: it may not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryChoice:
    """A Directory Server that has a co-badged card."""

    name: str
    """What `auth` is told under `directoryServer`."""
    scheme: str | None
    directory_server_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreAuth:
    """What the 3DS Server says of a card before it is authenticated."""

    three_ds_server_trans_id: str
    """Must be given to the 3DS Method and to `auth`."""
    versions: tuple[str, ...]
    """Protocol versions that the card's ACS, the Directory Server and the 3DS Server share."""
    three_ds_method_url: str | None
    """Of the newest version."""
    acs_info_ind: tuple[str, ...] = ()
    methods: tuple[MethodFacts, ...] = ()
    """The 3DS Method of each version that has one."""
    scheme: str | None = None
    directory_server_id: str | None = None
    """RID: for whom an SDK encrypts its device data."""
    choices: tuple[DirectoryChoice, ...] = ()
    """Of a co-badged card: the Directory Servers, the one asked by default first."""


def read_preauth(answer: Mapping[str, Json]) -> PreAuth:
    """Read an answer of /preauth; Unreachable where it is none."""
    trans_id = answer.get("threeDSServerTransID")
    highest = answer.get("highestCommonSupportedProtocolVersion")
    info = answer.get("acsInfoInd")
    if not isinstance(trans_id, str):
        raise Unreachable("the 3DS Server gave no transaction id")
    return PreAuth(
        three_ds_server_trans_id=trans_id,
        versions=_versions(answer, highest),
        three_ds_method_url=_text(answer, "threeDSMethodURL"),
        acs_info_ind=tuple(str(item) for item in info) if isinstance(info, list) else (),
        methods=tuple(_methods(answer.get("acsProtocolVersions"))),
        scheme=_text(answer, "scheme"),
        directory_server_id=_text(answer, "directoryServerID"),
        choices=tuple(
            DirectoryChoice(
                name=str(each.get("directoryServer")),
                scheme=_text(each, "scheme"),
                directory_server_id=_text(each, "directoryServerID"),
            )
            for each in _objects(answer.get("directoryServers"))
        ),
    )


def _methods(told: Json) -> Iterator[MethodFacts]:
    for each in _objects(told):
        url, limit = _text(each, "threeDSMethodURL"), each.get("threeDSMethodSeconds")
        reuse = each.get("threeDSMethodReuseSeconds")
        if url is not None and isinstance(limit, int):
            yield MethodFacts(
                version=str(each.get("version")),
                url=url,
                limit_s=limit,
                reuse_s=reuse if isinstance(reuse, int) else None,
            )


def _text(members: Mapping[str, Json], name: str) -> str | None:
    value = members.get(name)
    return value if isinstance(value, str) else None


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()


def _versions(answer: Mapping[str, Json], highest: Json) -> tuple[str, ...]:
    """List the versions from what ACS and Directory Server say, up to the highest in common."""
    named = tuple(str(each.get("version")) for each in _objects(answer.get("acsProtocolVersions")))
    if named:
        return named
    lowest = max(str(answer.get(f"{party}StartProtocolVersion", "")) for party in ("acs", "ds"))
    most = str(highest) if highest else str(answer.get("acsEndProtocolVersion", ""))
    return tuple(version.value for version in Version if lowest <= version.value <= most)
