"""The operator's API: members and card ranges, for certificates that the settings name."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final, TypeAlias

import msgspec
from litestar import Litestar, Request, Response, delete, get, post, put
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from sekisho.adapters.http.json_fields import FieldFault
from sekisho.adapters.http.peers import peer_name, require_peer
from sekisho.adapters.http.problems import problem, problem_handlers
from sekisho.interoperability.directory.model import Role
from sekisho.interoperability.directory.service import Enrolment, Operations
from sekisho.interoperability.directory.service.imports import ImportRefused, Report
from sekisho.interoperability.directory.service.threeds1 import ThreeDS1
from sekisho.interoperability.directory.web.forms import (
    NAME,
    RowReader,
    member_members,
    operation_members,
    read_member,
    read_notices,
    row_members,
)
from sekisho.interoperability.directory.web.threeds1 import history_handlers
from sekisho.kernel.errors import OutOfTurn
from sekisho.kernel.log import Log

PART_BYTES_MAX: Final = 512 * 1024
PAGE: Final = 1000
"""How many card ranges one answer lists at most."""
BAD_LINES: Final = 422

AnyRequest: TypeAlias = Request[Any, Any, Any]  # Any: no user, session or state is attached here
Name: TypeAlias = Annotated[str, Parameter(pattern=f"^{NAME}$", max_length=64)]
Digits: TypeAlias = Annotated[str, Parameter(pattern="^[0-9]{13,19}$")]
Limit: TypeAlias = Annotated[int, Parameter(ge=1, le=PAGE)]


def operator_api(
    enrolment: Enrolment,
    operations: Operations,
    *,
    operators: Sequence[str],
    log: Log,
    threeds1: ThreeDS1 | None = None,
) -> Litestar:
    """Build the application under `/operator`; only the operators' certificates are let in."""
    return Litestar(
        route_handlers=[
            *_member_handlers(enrolment),
            *_range_handlers(enrolment),
            *_import_handlers(enrolment),
            *_operation_handlers(operations),
            *([] if threeds1 is None else history_handlers(threeds1)),
        ],
        guards=[require_peer(*operators)],
        exception_handlers={
            **problem_handlers(log),
            OutOfTurn: lambda _, error: problem(409, str(error)),
            ImportRefused: _import_refused,
        },
        request_max_body_size=PART_BYTES_MAX,
        openapi_config=None,
        logging_config=None,
    )


def _member_handlers(enrolment: Enrolment) -> list[HTTPRouteHandler]:
    @get("/operator/members", sync_to_thread=False)
    def members() -> Response[bytes]:
        """List the members."""
        return _answered(200, {"members": [member_members(each) for each in enrolment.members()]})

    @put("/operator/members/{name:str}")
    async def enrol(request: AnyRequest, name: Name) -> Response[bytes]:
        """Enrol a member, or change one: 201 when it is new."""
        member = read_member(name, await request.body())
        new = await enrolment.put_member(member)
        return _answered(201 if new else 200, member_members(member))

    @delete("/operator/members/{name:str}", status_code=204)
    async def remove(name: Name) -> None:
        """End a membership at once."""
        await enrolment.remove_member(name)

    return [members, enrol, remove]


def _range_handlers(enrolment: Enrolment) -> list[HTTPRouteHandler]:
    @get("/operator/ranges")
    async def ranges(after: Digits | None = None, limit: Limit = PAGE) -> Response[bytes]:
        """List card ranges in order, those that begin after a number."""
        rows = await asyncio.to_thread(enrolment.ranges, after=after, limit=limit)
        members = {"count": enrolment.count(), "ranges": [row_members(row) for row in rows]}
        return _answered(200, members)

    @post("/operator/ranges")
    async def add(request: AnyRequest) -> Response[bytes]:
        """Enrol a card range; answered with the new serial number."""
        row = _reader(enrolment).read(await request.body())
        return _answered(201, {"serialNum": await enrolment.add_range(row)})

    @delete("/operator/ranges/{start:str}/{end:str}", status_code=200)
    async def remove(start: Digits, end: Digits) -> Response[bytes]:
        """Take a card range out; answered with the new serial number."""
        return _answered(200, {"serialNum": await enrolment.remove_range(start, end)})

    return [ranges, add, remove]


def _import_handlers(enrolment: Enrolment) -> list[HTTPRouteHandler]:
    readers: dict[str, RowReader] = {}

    @post("/operator/imports")
    async def begin(request: AnyRequest) -> Response[bytes]:
        """Begin to import a file that takes the place of all card ranges."""
        name = enrolment.begin_import(peer_name(request.scope) or "")
        readers.clear()
        readers[name] = _reader(enrolment)
        return _answered(201, {"import": name})

    @put("/operator/imports/{name:str}/parts/{number:int}")
    async def part(request: AnyRequest, name: Name, number: int) -> Response[bytes]:
        """Take the next part of the file: whole lines, each a card range in JSON."""
        reader = readers.setdefault(name, _reader(enrolment))
        report = await enrolment.import_part(name, number, await request.body(), reader.line)
        return _answered(200, _report(report))

    @post("/operator/imports/{name:str}/finish", status_code=200)
    async def finish(name: Name) -> Response[bytes]:
        """Let the file hold, whole; 422 with the bad lines, and nothing has changed."""
        readers.clear()
        report, serial = await enrolment.finish_import(name)
        return _answered(200, {**_report(report), "serialNum": serial})

    @delete("/operator/imports/{name:str}", status_code=204, sync_to_thread=False)
    def forget(name: Name) -> None:
        """Forget an import; nothing has changed."""
        enrolment.end_import(name)

    return [begin, part, finish, forget]


def _operation_handlers(operations: Operations) -> list[HTTPRouteHandler]:
    @get("/operator/sequences")
    async def sequences() -> Response[bytes]:
        """List the last sequences of notices and what became of them."""
        listed = [operation_members(each) for each in await operations.newest()]
        return _answered(200, {"sequences": listed})

    @post("/operator/members/{name:str}/sequences")
    async def send(request: AnyRequest, name: Name) -> Response[bytes]:
        """Send notices (OReq) to a member; answered when its verdict (ORes) is there."""
        done = await operations.send(name, read_notices(await request.body()))
        return _answered(201, operation_members(done))

    return [sequences, send]


def _reader(enrolment: Enrolment) -> RowReader:
    acss = {each.id for each in enrolment.members(Role.ACS)}
    return RowReader(acss.__contains__)


def _report(report: Report) -> dict[str, object]:
    return {"lines": report.lines, "ranges": report.ranges, "badLines": report.bad}


def _import_refused(_: AnyRequest, error: ImportRefused) -> Response[bytes]:
    faults = [
        FieldFault(f"line {each.line}{'.' if each.field else ''}{each.field}", each.message)
        for each in error.report.told
    ]
    return problem(BAD_LINES, str(error), code="bad_lines", errors=faults)


def _answered(status: int, members: object) -> Response[bytes]:
    return Response(msgspec.json.encode(members), status_code=status, media_type="application/json")
