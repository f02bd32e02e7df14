"""The 3DS Server's and the Directory's addresses, as HTTP sees them."""

import pytest

from sekisho.acquirer.server.web import peers, site
from sekisho.interoperability.directory import web as directory_web
from sekisho.protocol.codec import APP_MESSAGE_BYTES_MAX, read_object, write_object
from sekisho.testkit.asgi_peer import Asgi
from sekisho.testkit.emv_network import purchase
from sekisho.testkit.emv_stage import EmvStage

KEY = {"APIKey": "gateway-key"}
HUGE = b'{"a":"' + b"x" * 10_000_000 + b'"}'


@pytest.fixture
async def stage() -> EmvStage:
    """Both rooms, the card ranges already fetched."""
    stage = EmvStage()
    await stage.server.start()
    return stage


async def test_a_program_with_a_key_is_served(stage: EmvStage) -> None:
    """A 3DS client of another maker needs nothing but the address and the key."""
    reply = await Asgi(app=site(stage.server)).send("POST", "/auth", write_object(purchase()), KEY)
    assert reply is not None
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json; charset=utf-8"
    assert read_object(reply.body)["messageType"] == "ARes"


@pytest.mark.parametrize("headers", [{}, {"APIKey": ""}, {"APIKey": "gateway-kez"}])
async def test_a_program_without_its_key_is_not(stage: EmvStage, headers: dict[str, str]) -> None:
    """401, before anything of the body is read."""
    asgi = Asgi(app=site(stage.server))
    reply = await asgi.send("POST", "/auth", HUGE, headers)
    assert reply is not None
    assert reply.status == 401
    assert asgi.pieces_read == 0


@pytest.mark.parametrize("path", ["/preauth", "/auth", "/postauth"])
async def test_a_body_of_ten_megabytes_is_not_read_to_its_end(stage: EmvStage, path: str) -> None:
    """413 with an Erro, after as much as an honest message may have."""
    asgi = Asgi(app=site(stage.server))
    reply = await asgi.send("POST", path, HUGE, KEY)
    assert reply is not None
    assert reply.status == 413
    assert read_object(reply.body)["errorCode"] == "101"
    assert asgi.pieces_read * 64 * 1024 <= APP_MESSAGE_BYTES_MAX + 64 * 1024


async def test_the_gateway_reaches_the_same_calls_over_mutual_tls(stage: EmvStage) -> None:
    """Under /3dss on the peers' port, with its key."""
    reply = await Asgi(app=peers(stage.server), caller="gateway").send(
        "POST", "/3dss/preauth", b'{"acctNumber":"1"}', KEY
    )
    assert reply is not None
    assert read_object(reply.body)["errorCode"] == "203"


async def test_a_result_comes_in_by_the_peers_port_only(stage: EmvStage) -> None:
    """The public site has no /3ds."""
    stage.acs.trans_status = "C"
    ares = await stage.auth(purchase())
    rreq = stage.acs.result("Y")
    public = await Asgi(app=site(stage.server), caller="directory").send("POST", "/3ds", rreq)
    assert public is not None
    assert public.status == 404
    wrong = await Asgi(app=peers(stage.server), caller="acs").send("POST", "/3ds", rreq)
    assert wrong is not None
    assert (wrong.status, read_object(wrong.body)["errorCode"]) == (200, "303")
    right = await Asgi(app=peers(stage.server), caller="directory").send("POST", "/3ds", rreq)
    assert right is not None
    assert read_object(right.body)["resultsStatus"] == "01"
    assert (await stage.postauth(ares["threeDSServerTransID"]))["transStatus"] == "Y"


async def test_the_peers_ports_bound_what_they_read(stage: EmvStage) -> None:
    """F1: whoever has a certificate may still be broken or broken into."""
    for app in (
        peers(stage.server),
        directory_web.peers(stage.directory, operators=("operator",), log=stage.log),
    ):
        reply = await Asgi(app=app, caller="directory").send("POST", "/3ds", HUGE)
        assert reply is not None
        assert (reply.status, read_object(reply.body)["errorCode"]) == (413, "101")


async def test_the_directory_answers_at_its_one_address(stage: EmvStage) -> None:
    """HTTP 200 for an Erro too; 404 and 405 for what is not EMV 3DS."""
    app = directory_web.peers(stage.directory, operators=("operator",), log=stage.log)
    reply = await Asgi(app=app, caller="server").send("POST", "/3ds", b"{}")
    assert reply is not None
    assert (reply.status, read_object(reply.body)["errorCode"]) == (200, "101")
    for method, path, status in (("POST", "/", 404), ("GET", "/3ds", 405)):
        reply = await Asgi(app=app, caller="server").send(method, path, b"")
        assert reply is not None
        assert reply.status == status


async def test_other_addresses_and_methods_lead_nowhere(stage: EmvStage) -> None:
    """Plain HTTP refusals: nobody speaks EMV 3DS there."""
    public, private = site(stage.server), peers(stage.server)
    for app, method, path, status in (
        (public, "GET", "/auth", 405),
        (public, "POST", "/elsewhere", 404),
        (public, "POST", "/3dss/auth", 404),
        (private, "GET", "/3ds", 405),
        (private, "GET", "/3dss/auth", 405),
        (private, "POST", "/auth", 404),
    ):
        reply = await Asgi(app=app).send(method, path, b"", KEY)
        assert reply is not None
        assert reply.status == status


async def test_a_sender_that_hangs_up_is_not_answered(stage: EmvStage) -> None:
    """Half a message is no message."""
    for app, path in (
        (site(stage.server), "/auth"),
        (peers(stage.server), "/3ds"),
        (directory_web.peers(stage.directory, operators=("operator",), log=stage.log), "/3ds"),
    ):
        assert (
            await Asgi(app=app, caller="directory", cut=True).send("POST", path, b"{", KEY) is None
        )
