"""A 3DS Server with two Directory Servers: whose card it is, who is asked, who may report."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sekisho.acquirer.server.model import DirectoryServer, State
from sekisho.kernel.brands import Brand
from sekisho.kernel.errors import Misuse
from sekisho.protocol.codec import read_object
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import purchase
from sekisho.testkit.emv_stage import DIRECTORY_SETTINGS, MEMBER, SERVER_SETTINGS, EmvStage
from tests.unit.server.any_directory import AnyDirectory, told

VISA = sandbox_card(Brand.VISA, "0103").digits
SECOND_URL = "https://localhost:9083/3ds"
SECOND = DirectoryServer(
    name="cb",
    certificate="cartes-bancaires",
    url=SECOND_URL,
    scheme="cartes bancaires",
    directory_server_id="A000000042",
    operator_id="CB_OPERATOR",
)
SETTINGS = replace(SERVER_SETTINGS, directories=(DirectoryServer(), SECOND))


def ranges_of_the_second(stage: EmvStage) -> None:
    """Let the second Directory Server tell its card ranges."""
    member = replace(MEMBER, operator_id="CB_OPERATOR")
    other = EmvStage(directory=replace(DIRECTORY_SETTINGS, members=(member,)))
    stage.wire.listen(SECOND_URL, other.directory.receive)


async def joined() -> tuple[EmvStage, AnyDirectory, AnyDirectory]:
    """Both know the card, each by its own register."""
    stage = EmvStage(SETTINGS)
    ranges_of_the_second(stage)
    await stage.server.start()
    first = AnyDirectory(stage)
    return stage, first, AnyDirectory(stage, url=SECOND_URL, name="cartes-bancaires")


async def test_a_co_badged_cards_choices_are_told() -> None:
    """F1: the choice is the requestor's, so it hears of every brand."""
    stage, _, _ = await joined()
    card = await told(stage, "preauth", {"acctNumber": VISA})
    assert (card["scheme"], card["directoryServerID"]) == ("visa", "A000000003")
    choices = card["directoryServers"]
    assert isinstance(choices, list)
    assert [
        (each["directoryServer"], each["scheme"], each["directoryServerID"])
        for each in choices
        if isinstance(each, dict)
    ] == [
        ("directory", "visa", "A000000003"),
        ("cb", "cartes bancaires", "A000000042"),
    ]


@pytest.mark.parametrize(("wish", "at"), [({}, 0), ({"directoryServer": "cb"}, 1)])
async def test_the_chosen_directory_server_is_asked(wish: dict[str, Json], at: int) -> None:
    """The first of the settings, unless the requestor names another; each under its own operator id."""
    stage, *directories = await joined()
    card = await told(stage, "preauth", {"acctNumber": VISA})
    ident = card["threeDSServerTransID"]
    ares = await told(stage, "auth", purchase(threeDSServerTransID=ident, **wish))
    assert ares["messageType"] == "ARes"
    assert [len(each.asked) for each in directories] == [1 - at, at]
    asked = directories[at].asked[0]
    assert asked["threeDSServerOperatorID"] == ("SERVER_OPERATOR", "CB_OPERATOR")[at]
    assert "directoryServer" not in asked.received


async def test_a_directory_server_without_the_card_is_no_choice() -> None:
    """305, and nobody is asked."""
    stage, *directories = await joined()
    erro = await told(stage, "auth", purchase(directoryServer="amex"))
    assert (erro["errorCode"], erro["errorDetail"]) == (
        "305",
        "directoryServer: it does not have the card",
    )
    assert not [each for each in directories if each.asked]


async def test_a_result_is_taken_only_of_the_directory_server_that_was_asked() -> None:
    """Attack 3: another scheme's certificate is as good as a stranger's."""
    stage, first, second = await joined()
    second.status = "C"
    ares = await told(stage, "auth", purchase(directoryServer="cb"))
    rreq = second.result("Y")
    for peer, code in (("directory", "303"), ("acs", "303"), (None, "303")):
        erro = read_object(await stage.server.receive(peer, rreq))
        assert (erro["errorCode"], erro["errorComponent"]) == (code, "S")
    trans_id = str(ares["threeDSServerTransID"])
    assert (await stage.authentications.get(trans_id)).state is State.CHALLENGE
    assert (await second.report("Y"))["resultsStatus"] == "01"
    assert not first.asked


async def test_each_directory_server_has_ranges_of_its_own() -> None:
    """One that is away keeps the other's cards going."""
    stage = EmvStage(SETTINGS)  # nobody listens at the second's address
    await stage.server.start()
    card = await told(stage, "preauth", {"acctNumber": VISA})
    assert card["messageType"] == "CRD"
    assert "directoryServers" not in card
    elsewhere = await told(stage, "preauth", {"acctNumber": sandbox_card(Brand.JCB, "0103").digits})
    assert elsewhere["errorCode"] == "403"  # the one that is away might have it
    ranges_of_the_second(stage)
    await stage.pass_time(timedelta(minutes=2))
    assert "directoryServers" in await told(stage, "preauth", {"acctNumber": VISA})
    assert {(await stage.books.get(name)).count for name in ("directory", "cb")} == {2}


async def test_complaints_go_to_whoever_erred() -> None:
    """The other Directory Server has nothing to do with it."""
    stage, first, second = await joined()
    second.silent = True
    erro = await told(stage, "auth", purchase(directoryServer="cb"))
    assert erro["errorCode"] == "402"
    await stage.server_outbox.run_due()
    assert [each["errorCode"] for each in second.complaints] == ["402"]
    assert not first.complaints


def test_two_directory_servers_of_one_name_are_a_mistake() -> None:
    """A requestor could not tell them apart."""
    with pytest.raises(Misuse):
        EmvStage(replace(SETTINGS, directories=(SECOND, SECOND)))
