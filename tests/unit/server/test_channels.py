"""Every channel, category and version at the 3DS Server, before anybody's Directory Server."""

from datetime import timedelta

import pytest

from sekisho.acquirer.server.model import State
from sekisho.kernel.brands import Brand
from sekisho.protocol import Version
from sekisho.protocol.vocabulary import Json
from sekisho.testkit.cards import sandbox_card
from sekisho.testkit.emv_network import purchase
from tests.unit.server.any_directory import ALL_VERSIONS, THREE_RI, app_purchase, standing, told

VISA = sandbox_card(Brand.VISA, "0103").digits
CATEGORIES = ("01", "02")


@pytest.mark.parametrize("version", ALL_VERSIONS)
@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize("channel", ["01", "02", "03"])
async def test_every_channel_and_category_is_asked_in_every_version(
    version: str, category: str, channel: str
) -> None:
    """F1, F2: app, browser and 3RI, payment or not; the ARes comes back as it is."""
    stage, directory = await standing()
    ways: dict[str, dict[str, Json]] = {
        "01": app_purchase(Version(version)),
        "02": purchase(),
        "03": purchase(**THREE_RI),
    }
    wanted = {"messageVersion": version, "messageCategory": category}
    if version == "2.1.0":
        ways["02"].pop("browserJavascriptEnabled")
    ares = await told(stage, "auth", ways[channel] | wanted)
    if (version, category, channel) == ("2.1.0", "01", "03"):
        # Payments without their cardholder begin with 2.2.0.
        assert (ares["errorCode"], ares["errorDetail"]) == ("102", "2.2.0,2.3.1")
        return
    assert ares["messageType"] == "ARes", ares.get("errorDetail")
    assert ares == directory.answered[0].elements
    (asked,) = directory.asked
    assert (asked.version.value, asked.channel.value, asked.category.value) == (
        version,
        channel,
        category,
    )
    young = version == "2.3.1"
    assert stage.wire.request_ids[-1] == (ares["threeDSServerTransID"] if young else None)


async def test_the_newest_version_that_the_sdk_speaks_too_is_used() -> None:
    """Section 6: for the app the SDK has its say as well."""
    stage, directory = await standing()
    sdk: dict[str, Json] = {"sdkProtocolVersions": ["2.1.0", "2.2.0"]}
    card = await told(stage, "preauth", {"acctNumber": VISA, "deviceChannel": "01", **sdk})
    assert card["highestCommonSupportedProtocolVersion"] == "2.2.0"
    assert [each["version"] for each in card["acsProtocolVersions"]] == ["2.1.0", "2.2.0"]  # type: ignore[union-attr, call-overload, index]  # a list of objects
    await told(stage, "auth", app_purchase(Version.V220, **sdk))
    assert directory.asked[0].version is Version.V220
    assert "sdkProtocolVersions" not in directory.asked[0].received
    alone = await told(stage, "preauth", {"acctNumber": VISA, "sdkProtocolVersions": ["2.0.1"]})
    assert alone["errorCode"] == "305"
    wrong = await told(stage, "preauth", {"acctNumber": VISA, "sdkProtocolVersions": "2.2.0"})
    assert (wrong["errorCode"], wrong["errorDetail"]) == ("203", "sdkProtocolVersions")


async def test_preauth_tells_the_3ds_method_of_each_version() -> None:
    """Section 3: ten seconds, or five in 2.3.1, where its result may be used again for a while."""
    stage, _ = await standing()
    card = await told(stage, "preauth", {"acctNumber": VISA})
    assert [
        (each["version"], each["threeDSMethodSeconds"], each.get("threeDSMethodReuseSeconds"))
        for each in card["acsProtocolVersions"]  # type: ignore[union-attr]  # a list of objects
        if isinstance(each, dict)
    ] == [("2.1.0", 10, None), ("2.2.0", 10, None), ("2.3.1", 5, 600)]
    assert card["directoryServerID"] == "A000000003"


async def test_an_app_has_no_3ds_method_to_run() -> None:
    """There is no browser yet that it could run in."""
    stage, _ = await standing()
    for channel in ("01", "03"):
        card = await told(stage, "preauth", {"acctNumber": VISA, "deviceChannel": channel})
        assert "threeDSMethodURL" not in card
        assert "threeDSMethodURL" not in repr(card["acsProtocolVersions"])


@pytest.mark.parametrize(
    ("url", "prepared", "said", "sent"),
    [
        ("https://bank.example/acs/method", True, "Y", "Y"),
        ("https://bank.example/acs/method", True, "N", "N"),
        ("https://bank.example/acs/method", True, "U", "N"),
        ("https://bank.example/acs/method", False, "Y", "N"),
        (None, True, "Y", "U"),
        (None, False, "N", "U"),
    ],
)
async def test_what_is_said_of_the_3ds_method_is_true(
    url: str | None, prepared: bool, said: str, sent: str
) -> None:
    """Section 3: U where there is none, N where it cannot have run, whatever the requestor says."""
    stage, directory = await standing(method_url=url)
    elements = purchase(threeDSCompInd=said)
    if prepared:
        card = await told(stage, "preauth", {"acctNumber": VISA})
        elements["threeDSServerTransID"] = card["threeDSServerTransID"]
    assert (await told(stage, "auth", elements))["messageType"] == "ARes"
    assert directory.asked[0]["threeDSCompInd"] == sent


async def run_method(minutes: int, **changes: Json) -> tuple[dict[str, Json], list[object]]:
    """Authenticate with a 3DS Method, and again so many minutes later with its result."""
    stage, directory = await standing()
    card = await told(stage, "preauth", {"acctNumber": VISA})
    first = card["threeDSServerTransID"]
    await told(stage, "auth", purchase(threeDSServerTransID=first, threeDSCompInd="Y"))
    await stage.pass_time(timedelta(minutes=minutes))
    again = purchase(threeDSMethodId=first, threeDSCompInd="Y") | changes
    answer = await told(stage, "auth", again)
    return answer, [each.get("threeDSMethodId") for each in directory.asked]


async def test_a_3ds_method_counts_again_for_ten_minutes() -> None:
    """Section 3 (2.3.1): under its old id, for the same card of the same requestor."""
    answer, ids = await run_method(10)
    assert answer["messageType"] == "ARes"
    assert ids[1] is not None


@pytest.mark.parametrize(
    ("minutes", "changes"),
    [
        (11, {}),
        (1, {"acctNumber": sandbox_card(Brand.VISA, "0113").digits}),
        (1, {"threeDSMethodId": "11111111-2222-4333-8444-555555555555"}),
    ],
    ids=["too old", "another card", "unknown"],
)
async def test_a_3ds_method_that_must_not_count_again_is_refused(
    minutes: int, changes: dict[str, Json]
) -> None:
    """Nobody borrows the browser data of another card, nor stale ones."""
    answer, ids = await run_method(minutes, **changes)
    assert (answer["errorCode"], answer["errorDetail"]) == ("203", "threeDSMethodId")
    assert len(ids) == 1


async def test_a_preparation_serves_the_version_that_is_asked_in_the_end() -> None:
    """What was prepared for 2.3.1 may be asked in 2.2.0, and an app may use what a browser began."""
    stage, directory = await standing()
    card = await told(stage, "preauth", {"acctNumber": VISA})
    older = purchase(threeDSServerTransID=card["threeDSServerTransID"], messageVersion="2.2.0")
    assert (await told(stage, "auth", older))["messageVersion"] == "2.2.0"
    card = await told(stage, "preauth", {"acctNumber": VISA, "deviceChannel": "01"})
    browser = purchase(threeDSServerTransID=card["threeDSServerTransID"], threeDSCompInd="N")
    assert (await told(stage, "auth", browser))["messageType"] == "ARes"
    assert directory.asked[-1]["threeDSCompInd"] == "N"


async def test_what_231_demands_besides_is_filled_in() -> None:
    """A requestor that never heard of 2.3.1 is served in it: country and source of the acquirer."""
    stage, directory = await standing()
    await told(stage, "auth", purchase())
    asked = directory.asked[0]
    assert asked.version is Version.V231
    assert (asked["acquirerCountryCode"], asked["acquirerCountryCodeSource"]) == ("392", "01")
    assert asked["acceptLanguage"] == ["ja-JP"]
    own = purchase(acquirerCountryCode="702", acquirerCountryCodeSource="02", acceptLanguage=["fr"])
    await told(stage, "auth", own)
    asked = directory.asked[1]
    assert (asked["acquirerCountryCode"], asked["acquirerCountryCodeSource"]) == ("702", "01")
    assert asked["acceptLanguage"] == ["fr"]
    await told(stage, "auth", purchase(threeDSRequestorChallengeInd="02"))
    assert directory.asked[2]["threeDSRequestorChallengeInd"] == ["02"]


@pytest.mark.parametrize(("version", "minutes"), [("2.2.0", 10), ("2.3.1", 10 + 60)])
async def test_a_decoupled_result_is_awaited_as_long_as_the_version_has_it(
    version: str, minutes: int
) -> None:
    """F2, section 2.5: threeDSRequestorDecMaxTime and half a minute; an hour more since 2.3.1."""
    stage, directory = await standing()
    directory.status = "D"
    wish: dict[str, Json] = {
        "threeDSRequestorDecReqInd": "Y",
        "threeDSRequestorDecMaxTime": "00010",
    }
    ares = await told(stage, "auth", purchase(messageVersion=version, **wish))
    assert ares["transStatus"] == "D", ares
    ident = ares["threeDSServerTransID"]
    await stage.pass_time(timedelta(minutes=minutes, seconds=29))
    waiting = await stage.postauth(ident)
    assert (waiting["errorCode"], waiting["messageType"]) == ("305", "Erro")
    record = await stage.authentications.get(str(ident))
    assert record.state is State.DECOUPLED
    await directory.report("Y")
    assert (await stage.postauth(ident))["transStatus"] == "Y"
    ares = await told(stage, "auth", purchase(messageVersion=version, **wish))
    await stage.pass_time(timedelta(minutes=minutes, seconds=31))
    assert (await stage.postauth(ares["threeDSServerTransID"]))["errorCode"] == "402"
    late = await directory.report("Y")
    assert late["errorCode"] == "402"


async def test_a_purchase_without_its_cardholder_may_be_decoupled() -> None:
    """Section 2.3: 3RI cannot be challenged, but may ask the cardholder elsewhere."""
    stage, directory = await standing()
    directory.status = "D"
    wish: dict[str, Json] = {
        "threeDSRequestorDecReqInd": "Y",
        "threeDSRequestorDecMaxTime": "00010",
    }
    ares = await told(stage, "auth", purchase(**THREE_RI, **wish))
    assert ares["transStatus"] == "D"
    assert (await directory.report("N"))["resultsStatus"] == "01"
    assert (await stage.postauth(ares["threeDSServerTransID"]))["transStatus"] == "N"
