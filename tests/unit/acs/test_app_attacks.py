"""What an attacker between SDK and ACS, or beside them, achieves in the app channel (attacks 1, 2, 8, 9)."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from sekisho.protocol import (
    Channel,
    Component,
    ErrorCode,
    Json,
    MessageType,
    Version,
    erro_for,
    parse,
)
from sekisho.protocol.faults import ProtocolFault
from sekisho.protocol.forms import base64url, from_base64url
from sekisho.protocol.jose import Enc, SecureChannel, seal
from sekisho.protocol.jose.agreement import COORDINATE_OCTETS
from sekisho.protocol.states.sdk_challenge_events import Outcome
from sekisho.testkit.sdk import Post, Sdk, SplitServer

from .app_bench import (
    SIGNER,
    Begun,
    SiteRoad,
    Talk,
    app_bench,
    authenticate,
    begin_session,
    play,
    post,
    results,
)
from .conftest import Bench

VERSIONS = list(Version)
ENCS = list(Enc)
JSON = "application/json; charset=utf-8"


async def kept(bench: Bench, begun: Begun) -> object:
    """Give everything that is kept of a transaction."""
    return await bench.authentications.get(begun.ares.text("acsTransID"))


def first_creq(bench: Bench, begun: Begun) -> tuple[SecureChannel, bytes]:
    """Give an SDK's end of the channel before its first CReq, and that CReq encrypted."""
    session, actions = begin_session(bench, begun)
    (sent,) = [action for action in actions if isinstance(action, Post)]
    assert session.channel is not None
    return replace(session.channel, sent=0), sent.body


def creq(begun: Begun, counter: int = 0, **changes: Json) -> bytes:
    """Write a CReq of a transaction."""
    names = ("threeDSServerTransID", "acsTransID", "sdkTransID", "messageVersion")
    members: dict[str, Json] = {
        **{name: begun.ares[name] for name in names},
        "messageType": "CReq",
        "sdkCounterStoA": f"{counter:03d}",
        **({"oobAppURLInd": "02"} if begun.transaction.version >= Version.V231 else {}),
        **changes,
    }
    return json.dumps(members).encode()


async def told(bench: Bench, body: bytes, *, content_type: str = "application/jose") -> str:
    """Post a body; give the code of the Erro in plain JSON that answers it."""
    answer, kind = await post(bench, body, content_type=content_type)
    assert kind == JSON
    erro = parse(answer, receiver=Component.SDK)
    assert erro["errorComponent"] == "A"
    return erro.text("errorCode")


def sealed(channel: SecureChannel, body: bytes) -> bytes:
    """Encrypt a message at the channel's own counter."""
    return seal(channel, body, random=bytes(range(16)))[0].encode()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("enc", ENCS)
async def test_one_bit_of_the_creq_changes_nothing(version: Version, enc: Enc) -> None:
    """Attack 1: header, IV, ciphertext, tag: Erro A/301 or 302, and the honest CReq still works."""
    bench = app_bench()
    begun = await authenticate(bench, version, Sdk(enc=enc))
    before = await kept(bench, begun)
    _, honest = first_creq(bench, begun)
    dots = [at for at, letter in enumerate(honest) if letter == ord(".")]
    for at in (3, dots[1] + 2, dots[2] + 9, dots[2] + 40, dots[3] + 3):
        forged = bytearray(honest)
        forged[at] = ord("B") if forged[at] == ord("A") else ord("A")
        assert await told(bench, bytes(forged)) in {"301", "302"}
        assert await kept(bench, begun) == before
    assert (await play(bench, begun, lambda _: bench.bank.last_code)).ended.trans_status == "Y"


async def test_the_name_of_another_transaction_opens_nothing() -> None:
    """Attack 1: kid of another open transaction, or of none; both stand as they stood."""
    bench = app_bench()
    mine = await authenticate(bench, Version.V231, number=1)
    theirs = await authenticate(bench, Version.V231, number=2)
    before = [await kept(bench, each) for each in (mine, theirs)]
    channel, _ = first_creq(bench, mine)
    for name, code in (
        (theirs.ares.text("acsTransID"), "302"),
        ("00000000-0000-4000-8000-000000000000", "301"),
        ("no identifier", "301"),
    ):
        named = replace(channel, acs_trans_id=name)
        assert await told(bench, sealed(named, creq(mine))) == code
    assert [await kept(bench, each) for each in (mine, theirs)] == before


async def test_the_identifiers_inside_must_be_the_transactions_own() -> None:
    """Attack 1: genuine by its key, but with another's identifiers: it is over for the liar alone."""
    bench = app_bench()
    mine = await authenticate(bench, Version.V231, number=1)
    theirs = await authenticate(bench, Version.V231, number=2)
    before = await kept(bench, theirs)
    channel, _ = first_creq(bench, mine)
    lie = creq(mine, threeDSServerTransID=theirs.ares["threeDSServerTransID"])
    assert await told(bench, sealed(channel, lie)) == "301"
    (result,) = results(bench)
    assert (result["transStatus"], result["challengeCancel"]) == ("U", "10")
    assert await kept(bench, theirs) == before


@dataclass
class Replaying(SiteRoad):
    """A road on which somebody posts everything once more that the SDK has ever sent."""

    codes: list[str] = field(default_factory=list)

    async def post(self, url: str, body: bytes, *, content_type: str, request_id: str) -> bytes:
        for earlier in list(self.sent):
            self.codes.append(await told(self.bench, earlier))
        return await super().post(url, body, content_type=content_type, request_id=request_id)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("enc", ENCS)
async def test_a_creq_that_came_before_is_refused(version: Version, enc: Enc) -> None:
    """Attack 2: the same counter twice is 302; no guess is counted or given back, and it goes on."""
    bench = app_bench()
    begun = await authenticate(bench, version, Sdk(enc=enc))
    road = Replaying(bench)
    words = iter(["000000"])
    talked = await play(bench, begun, lambda _: next(words, bench.bank.last_code), road=road)
    assert talked.ended.trans_status == "Y"
    assert road.codes == ["302"] * 3
    assert results(bench)[0]["interactionCounter"] == "02"
    assert len(bench.bank.sent) == 1


@pytest.mark.parametrize("version", VERSIONS)
async def test_what_comes_after_the_end_changes_nothing(version: Version) -> None:
    """Attack 2: replays of a whole challenge, and the next message in order, find it over."""
    bench = app_bench()
    begun = await authenticate(bench, version)
    talked = await play(bench, begun, lambda _: bench.bank.last_code)
    before = await kept(bench, begun)
    assert [await told(bench, body) for body in talked.road.sent] == ["302", "302"]
    channel = talked.session.channel
    assert channel is not None
    late = sealed(channel, creq(begun, channel.sent, challengeCancel="01"))
    assert await told(bench, late) == ("315" if version >= Version.V231 else "305")
    assert await kept(bench, begun) == before
    assert len(results(bench)) == 1


async def test_a_first_creq_that_comes_too_late_is_told_so() -> None:
    """Section 9: thirty seconds; Erro A/402, the result says that nobody came."""
    bench = app_bench()
    begun = await authenticate(bench, Version.V231)
    _, first = first_creq(bench, begun)
    bench.clock.advance(timedelta(seconds=31))
    assert await told(bench, first) == "402"
    await bench.outbox.run_due()
    (result,) = results(bench)
    assert (result["transStatus"], result["challengeCancel"]) == ("N", "05")


async def test_the_encryption_cannot_be_changed_on_the_way() -> None:
    """Attack 8: one key serves one algorithm; the same key under the other enc is 310, nothing changes."""
    bench = app_bench()
    begun = await authenticate(bench, Version.V231)
    channel, first = first_creq(bench, begun)
    answer, kind = await post(bench, first)
    assert kind.startswith("application/jose")
    before = await kept(bench, begun)
    confused = replace(channel, enc=Enc.CBC, sent=1)
    assert await told(bench, sealed(confused, creq(begun, 1, challengeNoEntry="Y"))) == "310"
    assert await kept(bench, begun) == before
    assert answer


async def test_a_split_sdk_encrypts_with_gcm_only() -> None:
    """Section 2.9: A128CBC-HS256 from an SDK with sdkType 02 is 310."""
    bench = app_bench()
    sdk = Sdk(split=SplitServer(server_id="split-1", signer=SIGNER))
    begun = await authenticate(bench, Version.V231, sdk)
    channel, _ = first_creq(bench, begun)
    confused = replace(channel, enc=Enc.CBC, allowed=frozenset(Enc))
    assert await told(bench, sealed(confused, creq(begun))) == "310"
    assert (await play(bench, begun, lambda _: bench.bank.last_code)).ended.trans_status == "Y"


@pytest.mark.parametrize("alg", ["none", "RSA-OAEP-256", "ECDH-ES", "A128KW"])
async def test_no_other_algorithm_is_spoken(alg: str) -> None:
    """Attack 8: the header names an algorithm that this channel does not have."""
    bench = app_bench()
    begun = await authenticate(bench, Version.V231)
    before = await kept(bench, begun)
    _, honest = first_creq(bench, begun)
    header, rest = honest.split(b".", 1)
    members = json.loads(from_base64url(header.decode())) | {"alg": alg}
    forged = base64url(json.dumps(members).encode()).encode() + b"." + rest
    assert await told(bench, forged) == "302"
    zipped = base64url(json.dumps(members | {"alg": "dir", "zip": "DEF"}).encode()).encode()
    assert await told(bench, zipped + b"." + rest) == "302"
    assert await kept(bench, begun) == before


async def test_a_key_that_is_no_point_of_the_curve_begins_nothing() -> None:
    """Attack 8: an invalid point would give the ACS's key away; Erro 203 with the element's name."""
    bench = app_bench()
    off = base64url(b"\x01" * COORDINATE_OCTETS)
    point: dict[str, Json] = {"kty": "EC", "crv": "P-256", "x": off, "y": off}
    assert await refusal(bench, sdkEphemPubKey=point) == "203 sdkEphemPubKey"
    assert not results(bench)


async def refusal(bench: Bench, **changes: Json) -> str:
    """Authenticate in an app; give code and detail of the Erro that comes instead of an ARes."""
    begun = await authenticate(bench, Version.V231, **changes)
    assert begun.ares.type is MessageType.ERRO
    return f"{begun.ares['errorCode']} {begun.ares['errorDetail']}"


async def test_swapped_content_is_not_believed() -> None:
    """Attack 9: the content of one transaction in another: another key comes back, the SDK stops."""
    bench = app_bench()
    mine = await authenticate(bench, Version.V231, number=1)
    theirs = await authenticate(bench, Version.V231, number=2)
    swapped = replace(
        mine.ares,
        elements={**mine.ares.elements, "acsSignedContent": theirs.ares["acsSignedContent"]},
    )
    talked: Talk = await play(
        bench, Begun(transaction=mine.transaction, ares=swapped), lambda _: ""
    )
    assert talked.ended.outcome is Outcome.RUNTIME_ERROR
    assert not talked.road.sent


async def test_an_erro_ends_only_the_challenge_whose_identifiers_it_knows() -> None:
    """Attack 1: Erros are plain JSON; whoever lacks one of the three identifiers changes nothing."""
    bench = app_bench()
    begun = await authenticate(bench, Version.V231)
    await post(bench, first_creq(bench, begun)[1])
    before = await kept(bench, begun)
    names = ("threeDSServerTransID", "acsTransID", "sdkTransID")
    ids = {name: begun.ares.text(name) for name in names}
    for lacking in names:
        known = {name: value for name, value in ids.items() if name != lacking}
        answer, _ = await post(bench, erro(known), content_type=JSON)
        assert answer == b""
        assert await kept(bench, begun) == before
    await post(bench, erro(ids), content_type=JSON)
    (result,) = results(bench)
    assert (result["transStatus"], result["challengeCancel"]) == ("U", "09")


def erro(ids: dict[str, str]) -> bytes:
    """Write an Erro of an SDK."""
    fault = ProtocolFault(ErrorCode.TIMED_OUT, detail="timeout", version="2.3.1", ids=ids)
    return erro_for(fault, component=Component.SDK).encode()


PLAIN = st.sampled_from(["CReq", "AReq", "RReq", "Erro", "CRes"]).map(
    lambda kind: json.dumps({"messageType": kind, "messageVersion": "2.3.1"}).encode()
)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, bytes]:
    """Draw what is posted: octets, JSON, or an honest CReq with a piece changed."""
    kind = draw(st.sampled_from(["octets", "json", "piece", "cut", "segments"]))
    if kind == "json":
        return kind, draw(PLAIN)
    if kind == "segments":
        segment = st.text(alphabet="ABCabc123-_=", max_size=40)
        return kind, ".".join(draw(st.lists(segment, min_size=5, max_size=5))).encode()
    return kind, draw(st.binary(max_size=200))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn=bodies(), at=st.integers(0, 300))
def test_whatever_is_posted_an_erro_answers_and_nobody_else_is_touched(
    drawn: tuple[str, bytes], at: int
) -> None:
    """Attack 11: any octets: an Erro in plain JSON or nothing at all, and no transaction moves."""

    async def posted() -> None:
        bench = app_bench()
        begun = await authenticate(bench, Version.V231)
        before = await kept(bench, begun)
        _, honest = first_creq(bench, begun)
        kind, octets = drawn
        body = octets
        if kind == "piece":
            body = honest[:at] + octets + honest[at + max(len(octets), 1) :]
        if kind == "cut":
            body = honest[: min(at, len(honest) - 1)]
        if body == honest:
            return
        answer, content_type = await post(bench, body)
        assert content_type == JSON
        if answer:
            parse(answer, receiver=Component.SDK, channel=Channel.APP)
        assert await kept(bench, begun) == before

    asyncio.run(posted())
