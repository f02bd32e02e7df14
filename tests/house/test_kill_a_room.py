"""`kill -9` of one role of three, at every commit that it makes of a challenge; the others live on.

What a role keeps changes only at its commits, so those are all the moments there are: the role dies
right before or right after one. Each point is met twice. A payment provider and a buyer who do not let
go send again what died with the role, and come to an end; at odd points it died after the commit, at
even ones before it. Then, on the other side of the same commit, they leave and never come back: the
three roles alone must bring the transaction to an end. The last point of each role lies beyond what it
does of a challenge: there it is killed when all is done, or when a timer rings.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.kept_records import ACS_ENDS, DIRECTORY_ENDS, SERVER_ENDS
from tests.killable_house import AFTER, BEFORE
from tests.killable_rooms import DEAD, KillableRooms, Payer, killable_rooms

pytestmark = [pytest.mark.house, pytest.mark.timeout(120), pytest.mark.xdist_group("kill a room")]

COMMITS = {"server": 5, "directory": 5, "acs": 10}
"""How many each makes of a challenge, and one more."""
POINTS = [(room, point) for room, most in COMMITS.items() for point in range(1, most + 1)]
CALENDAR_S = (15, 20, 70, 300, 700, 4000)
"""Steps by which the clock goes on: the answer's time, the first CReq's, that of kept answers, of a page,
of a result on its way, of the challenge at the 3DS Server."""

Story = dict[str, dict[str, Any] | None]


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KillableRooms]:
    """Four processes that all points share; whoever dies is started again."""
    with killable_rooms(tmp_path_factory.mktemp("killable")) as running:
        Payer(running, patient=True).pay()
        yield running


@pytest.mark.parametrize(("room", "point"), POINTS, ids=str)
def test_a_challenge_survives_the_death_of_one_role(
    rooms: KillableRooms, room: str, point: int
) -> None:
    """A4: it finishes or times out as the protocol says, with one result at most, and all agree."""
    odd = point % 2 == 1
    story = told(rooms, room, point, side=AFTER if odd else BEFORE, patient=True)
    assert contradictions(story) == []
    assert story["server"] is not None
    if room == "acs" and point > 1:  # the challenge was open: the buyer passes it
        stage = story["server"]["stage"]
        assert (stage["state"], stage["trans_status"]) == ("result", "Y")
    story = told(rooms, room, point, side=BEFORE if odd else AFTER, patient=False)
    assert contradictions(story) == []


def told(rooms: KillableRooms, room: str, point: int, *, side: str, patient: bool) -> Story:
    """Let one transaction meet a kill point, and time pass; give what each role keeps of it."""
    rooms.pass_time(1)
    rooms.arm(room, at=point, side=side)
    payer = Payer(rooms, patient=patient)
    if patient:
        payer.pay()
    else:
        with suppress(*DEAD, AssertionError):
            payer.pay()
    rooms.disarm(room)
    for seconds in CALENDAR_S:
        rooms.pass_time(seconds)
    return kept(rooms, payer.trans_id)


def kept(rooms: KillableRooms, trans_id: str) -> Story:
    """Read what the three roles keep of a transaction."""

    def only(room: str, table: str) -> dict[str, Any] | None:
        found = [
            record
            for record in rooms.kept.records(room, table)
            if trans_id in {record["id"], record["stage"]["transaction"].get("server_trans_id")}
        ]
        assert len(found) <= 1
        return found[0] if found else None

    return {
        "server": only("server", "authentication"),
        "directory": only("directory", "relay"),
        "acs": only("acs", "authentication"),
    }


def contradictions(story: Story) -> list[str]:
    """Say everything that is not as it must be; empty when the three tell one story."""
    ends = {"server": SERVER_ENDS, "directory": DIRECTORY_ENDS, "acs": ACS_ENDS - {"deciding"}}
    state = {role: record["stage"]["state"] if record else None for role, record in story.items()}
    status = {
        role: record["stage"]["trans_status"] if record else None for role, record in story.items()
    }
    found = [
        f"{role} {state[role]}" for role in story if story[role] and state[role] not in ends[role]
    ]
    if state["server"] in {"answered", "result"} and len(set(status.values())) > 1:
        found.append(f"they believe {status}")
    if state["server"] == "failed" and state["directory"] == "result relayed":
        found.append("a result of an authentication that failed")
    if state["server"] == "unresolved" and "result taken" in state.values():
        found.append("a result that nobody has was taken")
    relay = story["directory"]
    trail = relay["trail"] if relay else []
    results = {
        each["message"]
        for each in trail
        if each["inbound"] and json.loads(each["message"])["messageType"] == "RReq"
    }
    if len(results) > 1:
        found.append("more than one result")
    return found


def test_every_commit_was_met(rooms: KillableRooms) -> None:
    """The points are as many as the commits: one more in a role's code is one more here."""
    rooms.pass_time(1)
    for room in COMMITS:
        rooms.arm(room, at=10**6, side=BEFORE)
    Payer(rooms, patient=True).pay()
    rooms.pass_time(1)
    for room, most in COMMITS.items():
        assert len(rooms.trail(room)) <= most, "\n".join(rooms.trail(room))
