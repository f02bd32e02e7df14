"""A rule across elements is called where what it looks at is there, and spared where it is not."""

from sekisho.protocol.checks import Findings
from sekisho.protocol.checks.cross import RULES
from sekisho.protocol.checks.glances import Looking, Rule, Trigger
from sekisho.protocol.checks.inlined import Conditions, Value
from sekisho.protocol.checks.result_rules import decoupling_is_confirmed
from sekisho.protocol.elements import Scene, elements_of
from sekisho.protocol.elements.condition import Inside, There
from sekisho.protocol.faults import ErrorCode
from sekisho.protocol.places import Place
from sekisho.protocol.vocabulary import Category, Channel, Form, Reading, Version

ARES = Place(Form.ARES, Version.V220, Channel.BROWSER, Category.PAYMENT, Reading.STRICT)
AREQ = ARES._replace(form=Form.AREQ)


def trigger(rule: Rule, place: Place = ARES) -> Trigger:
    """Tell what a rule has to be called for."""
    return Looking(rule, place).trigger()


def test_a_rule_that_looks_at_nothing_is_never_called() -> None:
    """No message could make it speak."""
    assert trigger(lambda _scene, _findings: None) == Trigger(
        always=False, asked=False, names=(), codes={}
    )


def test_a_rule_is_called_for_each_element_that_it_looked_for() -> None:
    """However it asks: by `in`, by `get`, of the message or of the whole."""

    def rule(scene: Scene, findings: Findings) -> None:
        if "eci" in scene.members or scene.whole.get("acsURL") == "x":
            findings.note(ErrorCode.FORMAT_INVALID, "eci")

    assert trigger(rule) == Trigger(always=False, asked=False, names=("eci", "acsURL"), codes={})


def test_a_rule_that_speaks_of_an_empty_message_is_always_called() -> None:
    """What is missing is found when nothing is there."""

    def rule(scene: Scene, findings: Findings) -> None:
        if "eci" not in scene.members:
            findings.note(ErrorCode.ELEMENT_MISSING, "eci")

    assert trigger(rule).always


def test_a_rule_that_cannot_be_followed_is_always_called() -> None:
    """It went through all members, or asked for what only the reader knows."""
    rules: list[Rule] = [
        lambda scene, _: list(scene.members) and None,
        lambda scene, _: len(scene.members) and None,
        lambda scene, _: scene.to and None,
        lambda scene, _: scene.scheme and None,
        lambda scene, _: scene.now and None,
    ]
    assert all(trigger(rule).always for rule in rules)


def test_a_rule_that_asks_for_the_request_is_called_when_it_is_known() -> None:
    """Most rules of an answer hold it against what was asked."""

    def rule(scene: Scene, findings: Findings) -> None:
        if scene.asked is not None:
            findings.note(ErrorCode.FORMAT_INVALID, "eci")

    assert trigger(rule) == Trigger(always=False, asked=True, names=(), codes={})


def test_each_code_of_an_element_that_is_always_there_is_shown_to_a_rule() -> None:
    """Those remain which made it speak, look further, or ask for the request."""

    def rule(scene: Scene, findings: Findings) -> None:
        status = scene.members.get("transStatus")
        if status == "N":
            findings.note(ErrorCode.FORMAT_INVALID, "transStatus")
        elif (status == "C" and "acsURL" in scene.members) or (
            status == "R" and scene.asked is not None
        ):
            findings.note(ErrorCode.FORMAT_INVALID, "acsURL")

    assert trigger(rule) == Trigger(
        always=False, asked=False, names=(), codes={"transStatus": ("C", "N", "R")}
    )


def test_a_code_matters_only_with_the_other_element_that_is_called_for() -> None:
    """acsDecConInd is rare, transStatus is everywhere: the rule waits for the rare one."""
    seen = trigger(decoupling_is_confirmed)
    assert seen == Trigger(always=False, asked=False, names=("acsDecConInd",), codes={})


def test_what_a_place_says_of_itself_is_shown_to_a_rule() -> None:
    """An AReq that is read there has that deviceChannel and no other."""
    channel_is_known = RULES[Form.AREQ][0]
    assert trigger(channel_is_known, AREQ) == Trigger(always=False, asked=False, names=(), codes={})
    assert trigger(channel_is_known).names == ("deviceChannel",)  # no element of an ARes


def test_a_condition_of_what_the_place_does_not_know_asks_for_a_closer_look() -> None:
    """No record holds the element, so a message that does is walked."""
    conditions = Conditions(ARES, str)
    rows = {name: Value(name, row) for name, (row, _) in elements_of(*ARES).items()}
    assert conditions.written(Inside("sdkInfo", There("a")), rows) == "False"
    assert conditions.foreign == {"sdkInfo"}
    inner = conditions.written(Inside("messageExtension", There("later")), rows)
    assert (
        inner == "(messageExtension is not NOT_THERE and any(False for item in messageExtension))"
    )
    assert conditions.foreign == {"sdkInfo", "later", "messageExtension"}
