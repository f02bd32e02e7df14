"""The bank's way back to its ACS: what cardholders said in the app, over mutual TLS."""

import pytest

from sekisho.adapters.http.client import Reply
from sekisho.clients.acs import AcsOfBank
from sekisho.issuer.acs.model import ChallengeKind, Ending
from sekisho.issuer.acs.web import peers
from sekisho.kernel.errors import NotThere, TheyErred, Unreachable
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer

from .conftest import Bench
from .test_ways_of_asking import bench_for, opened


def bank_of(bench: Bench, caller: str | None = "members") -> AcsOfBank:
    """Call the ACS with a certificate."""
    return AcsOfBank(AsgiPeer(Asgi(app=peers(bench.acs), caller=caller)))


@pytest.mark.parametrize(("approved", "ending"), [(True, Ending.PASSED), (False, Ending.DENIED)])
async def test_the_banks_answer_finds_its_challenge(approved: bool, ending: Ending) -> None:
    """F2: idempotent by prompt id; told twice is told once."""
    bench = bench_for(ChallengeKind.OUT_OF_BAND)
    view = await opened(bench)
    for _ in range(2):
        await bank_of(bench).prompt_answered(bench.bank.prompts[0].prompt_id, approved=approved)
    ended = await bench.acs.challenges.look(view.token)
    assert ended.challenge.question.ending is ending
    await bank_of(bench).prompt_answered(bench.bank.prompts[0].prompt_id, approved=not approved)
    assert len(bench.directory.results) == 1


async def test_an_answer_before_the_page_was_ever_shown_is_none() -> None:
    """Nothing was asked yet: the bank must be mistaken."""
    bench = bench_for(ChallengeKind.OUT_OF_BAND)
    ares = await bench.ask()
    with pytest.raises(NotThere):
        await bank_of(bench).prompt_answered(f"{ares['acsTransID']}:0", approved=True)


@pytest.mark.parametrize("caller", [None, "directory", "server", "gateway"])
async def test_only_the_bank_may_tell(caller: str | None) -> None:
    """Attack 40: whoever else has a certificate approves nothing."""
    bench = bench_for(ChallengeKind.OUT_OF_BAND)
    view = await opened(bench)
    with pytest.raises(TheyErred):
        await bank_of(bench, caller).prompt_answered(bench.bank.prompts[0].prompt_id, approved=True)
    assert (await bench.acs.challenges.look(view.token)).challenge.question.ending is None


async def test_a_prompt_that_nobody_sent_is_not_there() -> None:
    """The bank gives up telling."""
    with pytest.raises(NotThere):
        await bank_of(bench_for(ChallengeKind.OUT_OF_BAND)).prompt_answered(
            "x/../y:1", approved=True
        )


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("POST", b""), ("POST", b"{}"), ("POST", b"[]"), ("POST", b'{"answer":["approved"]}'),
        ("POST", b'{"answer":"yes"}'), ("POST", b"[" * 1000), ("POST", b"x" * 2000),
        ("GET", b'{"answer":"approved"}'),
    ],
)  # fmt: skip
async def test_what_says_neither_is_refused(method: str, body: bytes) -> None:
    """Attack 11: a clear refusal, never a 500."""
    bench = bench_for(ChallengeKind.OUT_OF_BAND)
    reply = await Asgi(app=peers(bench.acs), caller="members").send(method, "/prompts/x:1", body)
    assert reply is not None
    assert reply.status == 400


@pytest.mark.parametrize(
    ("status", "error"),
    [(503, Unreachable), (429, Unreachable), (500, Unreachable), (404, NotThere)],
)
async def test_the_client_tells_a_refusal_from_an_outage(
    status: int, error: type[Exception]
) -> None:
    """An outage is tried again, a refusal is not."""

    class Answers:
        async def post(self, path: str, body: bytes) -> Reply:
            return Reply(status=status, headers={}, body=b"")

    with pytest.raises(error):
        await AcsOfBank(Answers()).prompt_answered("t:1", approved=True)  # type: ignore[arg-type]  # posts
