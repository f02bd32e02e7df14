"""The typed client of the raw EMV API, against the real room."""

from dataclasses import replace

import pytest

from sekisho.acquirer.server.model import State
from sekisho.acquirer.server.web import peers
from sekisho.clients.server import (
    AuthenticationError,
    BadApiKey,
    NotEnrolled,
    ThreeDSServer,
    read_preauth,
)
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Unreachable
from sekisho.kernel.secret import Secret
from sekisho.protocol import Category, Channel, MessageType
from sekisho.testkit.asgi_peer import Asgi, AsgiPeer
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import purchase
from sekisho.testkit.emv_stage import EmvStage
from sekisho.testkit.sandbox_ranges import SandboxRanges
from tests.unit.server.test_carrying_on import asked_to_confirm, fallen_back
from tests.unit.server.test_two_directories import joined

VISA = sandbox_card(Brand.VISA, "0103").digits


@pytest.fixture
async def stage() -> EmvStage:
    """Both rooms, the card ranges already fetched."""
    stage = EmvStage()
    await stage.server.start()
    return stage


def client(stage: EmvStage, key: str = "gateway-key") -> ThreeDSServer:
    return ThreeDSServer(AsgiPeer(Asgi(app=peers(stage.server), caller="gateway")), Secret(key))


async def test_a_challenge_as_the_gateway_lives_it(stage: EmvStage) -> None:
    """A4: preauth, auth, nothing yet, and then the result."""
    threeds = client(stage)
    prepared = await threeds.preauth(VISA)
    assert prepared.versions == ("2.1.0", "2.2.0")
    assert prepared.three_ds_method_url == "https://bank.example/acs/method"
    stage.acs.trans_status = "C"
    ares = await threeds.auth(purchase(threeDSServerTransID=prepared.three_ds_server_trans_id))
    assert (ares.type, ares["transStatus"]) == (MessageType.ARES, "C")
    assert await threeds.postauth(prepared.three_ds_server_trans_id) is None
    await stage.acs.report("Y")
    rreq = await threeds.postauth(prepared.three_ds_server_trans_id)
    assert rreq is not None
    assert (rreq.type, rreq["transStatus"]) == (MessageType.RREQ, "Y")


async def test_a_card_that_takes_no_part_is_told_apart(stage: EmvStage) -> None:
    """The gateway decides without 3-D Secure only for these."""
    with pytest.raises(NotEnrolled) as error:
        await client(stage).preauth(sandbox_card(Brand.JCB, "0103").digits)
    assert error.value.error_code == "305"


async def test_an_erro_is_raised_with_what_it_says(stage: EmvStage) -> None:
    """Whose error it is decides what the gateway tells the shop."""
    stage.acs.silent = True
    with pytest.raises(AuthenticationError) as error:
        await client(stage).auth(purchase())
    assert (error.value.error_code, error.value.error_component) == ("402", "D")
    trans_id = str(error.value.erro["threeDSServerTransID"])
    with pytest.raises(AuthenticationError) as none_to_come:
        await client(stage).postauth(trans_id)
    assert none_to_come.value.error_code == "301"


async def test_a_refused_key_is_our_own_trouble(stage: EmvStage) -> None:
    """It must not look like a card that failed."""
    with pytest.raises(BadApiKey):
        await client(stage, "wrong").preauth(VISA)


async def test_an_answer_that_is_not_known_yet_is_asked_for_again(stage: EmvStage) -> None:
    """503: whoever retries Unreachable learns the answer with the same id."""
    threeds = client(stage)
    prepared = await threeds.preauth(VISA)
    elements = purchase(threeDSServerTransID=prepared.three_ds_server_trans_id)
    await threeds.auth(elements)
    record = await stage.authentications.get(prepared.three_ds_server_trans_id)
    stage_asked = replace(record.stage, state=State.ASKED, until=stage.clock.now())
    asked = replace(record, stage=stage_asked, answer=None)
    await stage.authentications.advance(record.id, lambda _: (asked, ()))
    with pytest.raises(Unreachable):
        await threeds.auth(elements)


async def test_non_payment_is_read_as_such(stage: EmvStage) -> None:
    """F1: an added card is authenticated without an amount."""
    stage.acs.trans_status = "C"
    threeds = client(stage)
    ares = await threeds.auth(purchase(messageCategory="02", purchaseAmount=None))
    assert ares.category is Category.NON_PAYMENT
    await stage.acs.report("Y")
    trans_id = ares.text("threeDSServerTransID")
    rreq = await threeds.postauth(trans_id, category=Category.NON_PAYMENT)
    assert rreq is not None
    assert rreq.category is Category.NON_PAYMENT


async def test_the_sandbox_rule_bends_what_preauth_says(stage: EmvStage) -> None:
    """F4: versions and 3DS Method by the last four digits, ranges by the Directory."""
    ranges = SandboxRanges(stage.cache, silent_method_url="https://bank.example/acs/silence")

    def looked_up(last_four: str) -> tuple[tuple[str, ...], str | None] | None:
        facts = ranges.lookup(sandbox_card(Brand.VISA, last_four).digits)
        return (
            None
            if facts is None
            else (facts.versions, facts.three_ds_method_url(facts.versions[-1]))
        )

    both, method = ("2.1.0", "2.2.0"), "https://bank.example/acs/method"
    assert looked_up("0003") == (both, method)
    assert looked_up("1003") == (("2.1.0",), method)
    assert looked_up("2003") == (("2.2.0",), method)
    assert looked_up("3003") == (("2.3.1",), method)
    assert looked_up("0103") == (both, None)
    assert looked_up("0203") == (both, "https://bank.example/acs/silence")
    assert looked_up("9999") == (both, method)
    assert looked_up("9003") is None, "1.0.2 is no version of EMV 3DS"
    assert looked_up("8000") is None, "not enrolled"
    assert ranges.lookup(sandbox_card(Brand.JCB, "0003").digits) is None


async def test_a_caller_hears_of_every_version_and_every_directory_server() -> None:
    """What the 3DS Method may take, for whom an SDK encrypts, whom a co-badged card may go to."""
    stage, _, _ = await joined()
    card = await client(stage).preauth(VISA)
    assert [(each.version, each.limit_s) for each in card.methods] == [("2.1.0", 10), ("2.2.0", 10)]
    assert (card.scheme, card.directory_server_id) == ("visa", "A000000003")
    assert [each.name for each in card.choices] == ["directory", "cb"]
    app = await client(stage).preauth(VISA, channel=Channel.APP, sdk_versions=["2.1.0"])
    assert (app.versions, app.methods) == (("2.1.0",), ())


async def test_a_confirmation_is_told_by_the_client() -> None:
    """F2: Secure Payment Confirmation, and the answer under the old id as well."""
    stage, directory, first = await asked_to_confirm()
    threeds = client(stage)
    ares = await threeds.confirm(first, assertion={"id": "credential"})
    assert (ares.type, ares["transStatus"]) == (MessageType.ARES, "Y")
    ended = await threeds.postauth(first)
    assert ended is not None
    assert ended.elements == ares.elements
    with pytest.raises(AuthenticationError):
        await threeds.confirm(str(ares["threeDSServerTransID"]), incompletion="01")
    assert len(directory.asked) == 2


async def test_a_fallback_is_followed_by_the_client() -> None:
    """F2: nothing until the decoupled authentication is over, then its result."""
    stage, directory, first = await fallen_back()
    threeds = client(stage)
    await directory.report("D")
    await stage.server_outbox.run_due()
    assert await threeds.postauth(first) is None
    await directory.report("Y")
    ended = await threeds.postauth(first)
    assert ended is not None
    assert (ended.type, ended["transStatus"]) == (MessageType.RREQ, "Y")


async def test_a_challenge_is_declined_by_the_client(stage: EmvStage) -> None:
    """The RRes says so."""
    stage.acs.trans_status = "C"
    threeds = client(stage)
    ares = await threeds.auth(purchase())
    await threeds.opt_out(ares.text("threeDSServerTransID"))
    assert (await stage.acs.report("N"))["resultsStatus"] == "02"
    with pytest.raises(AuthenticationError):
        await threeds.opt_out(ares.text("threeDSServerTransID"))


def test_an_answer_without_versions_of_its_own_is_read_by_its_bounds() -> None:
    """Other makers' servers tell the bounds only."""
    card = read_preauth(
        {
            "threeDSServerTransID": "x",
            "acsStartProtocolVersion": "2.1.0",
            "acsEndProtocolVersion": "2.3.1",
            "dsStartProtocolVersion": "2.1.0",
            "dsEndProtocolVersion": "2.3.1",
            "highestCommonSupportedProtocolVersion": "2.2.0",
        }
    )
    assert card.versions == ("2.1.0", "2.2.0")
