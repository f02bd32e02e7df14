"""The JSON Schemas say what `parse` does, as far as a schema can say it, and never more."""

import ipaddress
import json
import re
from functools import cache
from typing import Any, Final

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.protocol import (
    Category,
    Channel,
    Component,
    Json,
    MessageType,
    ProtocolFault,
    Reading,
    Version,
    parse,
)
from sekisho.protocol.checks.shapes import PATTERNS, is_ip_address
from sekisho.protocol.elements import BY_NAME, ELEMENTS, Element, elements_of
from sekisho.protocol.elements.condition import ALWAYS, NEVER, All, Inside, Not, There
from sekisho.protocol.elements.condition import Any as AnyOf
from sekisho.protocol.places import Place
from sekisho.protocol.schemas import identifier, kinds, schema, schema_at
from sekisho.protocol.schemas.addresses import IP_ADDRESS
from sekisho.protocol.schemas.columns import columns
from sekisho.protocol.schemas.ecma import ecma_pattern
from sekisho.protocol.schemas.saying import View, is_seen, negated, said
from sekisho.protocol.vocabulary import Form
from sekisho.testkit import samples
from sekisho.testkit.messages import Stage, exists, messages, specimens, stages
from sekisho.testkit.messages import stage as stage_of
from sekisho.testkit.mutations import Mutation, Rule, mutants, mutations, whole_mutants
from sekisho.testkit.mutations.breaking import RECOGNISED_BY

KINDS: Final = [(kind, version) for version in Version for kind in kinds(version)]

NOT_EXPRESSIBLE: Final = {
    Rule.MEMBER_TWICE: "a schema sees the object that a parser made of the bytes",
    Rule.TOO_HEAVY: "no keyword counts the characters of an object as JSON",
    Rule.NOT_A_MESSAGE: "bytes that are no JSON never reach a schema",
    Rule.WRONG_RECEIVER: "a message does not say who reads it",
    Rule.OTHER_TRANSACTION: "needs the request",
    Rule.OTHER_VERSION: "needs the request",
    Rule.CRITICAL_EXTENSION: "needs to know what the receiver understands",
    Rule.EXTENSION_TWICE: "no keyword compares one member of several items",
    Rule.OTHER_EXPONENT: "a rule across elements: checks.cross",
    Rule.IMPOSSIBLE_STATUS: "a rule across elements: checks.cross",
    Rule.TRUST_UNPLAIN: "a rule across elements: checks.cross",
    Rule.UNFIT_TEMPLATE: "a rule across elements: checks.cross",
    Rule.TIMEOUT_UNNAMED: "a rule across elements: checks.cross",
}
"""The kinds of mutation that no schema of ours refuses, and why."""


@cache
def validator(
    kind: MessageType, place: Place, receiver: Component | None
) -> Any:  # untyped library
    return jsonschema_rs.validator_for(schema_at(kind, place, receiver))


@cache
def whole_validator(
    kind: MessageType, version: Version, reading: Reading
) -> Any:  # untyped library
    return jsonschema_rs.validator_for(schema(kind, version, reading))


def of(stage: Stage) -> Any:  # untyped library
    return validator(stage.kind, stage.place, stage.receiver)


@pytest.mark.parametrize(("kind", "version"), KINDS)
def test_an_element_has_one_form_in_all_columns(kind: MessageType, version: Version) -> None:
    """F1: the columns of a schema share their definitions by name."""
    for reading in Reading:
        forms: dict[str, Json] = {}
        for each in columns(kind, version, reading).values():
            assert all(forms.get(name, form) == form for name, form in each.definitions.items())
            forms |= each.definitions


@pytest.mark.parametrize(("kind", "version"), KINDS)
@pytest.mark.parametrize("reading", Reading)
def test_every_schema_is_one(kind: MessageType, version: Version, reading: Reading) -> None:
    """F1: each satisfies the meta-schema of 2020-12, whole and for each place."""
    whole = schema(kind, version, reading)
    jsonschema_rs.meta.validate(whole)
    assert whole["$id"] == identifier(kind, version, reading=reading)
    for stage in stages(kind, version):
        jsonschema_rs.meta.validate(schema_at(kind, stage.read(reading).place, stage.receiver))


@pytest.mark.parametrize(("kind", "version"), KINDS)
def test_a_schema_takes_every_sound_message(kind: MessageType, version: Version) -> None:
    """F1: whatever the checks take; both readings; as a whole, by place, with and without receiver."""
    for stage in stages(kind, version):
        for message in specimens(stage):
            for reading in Reading:
                read = stage.read(reading)
                for each in (
                    of(read),
                    validator(kind, read.place, None),
                    whole_validator(kind, version, reading),
                ):
                    errors = [str(error) for error in each.iter_errors(dict(message.elements))]
                    assert not errors, (stage, errors[0][:500])


def decided_elsewhere(mutation: Mutation) -> bool:
    """Tell whether a rule rests on a condition that no schema sees: the request."""
    if mutation.rule not in (Rule.MISSING, Rule.FORBIDDEN):
        return False
    place = mutation.stage.place
    rows = {name: row for name, (row, _) in elements_of(*place).items()}
    view = View(place=place, receiver=mutation.stage.receiver, rows=rows, at_top=True, unseen=False)
    names = [name for name in mutation.error_detail.split(",") if name in rows]
    return any(
        not is_seen(condition, view)
        for name in names
        for conditions in (rows[name].needed, rows[name].allowed)
        if (condition := conditions.get(place.form)) is not None
    )


@pytest.mark.parametrize(("kind", "version"), KINDS)
def test_a_schema_refuses_what_the_checks_refuse(kind: MessageType, version: Version) -> None:
    """F1: every broken rule of every element that a schema can say at all.

    By channel; that categories and roads are told apart, the drawn messages show.
    """
    looked_into: set[tuple[str, str]] = set()
    by_channel = {(stage.place.form, stage.place.channel): stage for stage in stages(kind, version)}
    for stage in by_channel.values():
        for name in stage.rows.keys() - RECOGNISED_BY:
            where = (stage.place.form, name)
            for mutation in mutants(stage, name, deep=where not in looked_into):
                if mutation.rule in NOT_EXPRESSIBLE or decided_elsewhere(mutation):
                    continue
                assert not of(stage).is_valid(json.loads(mutation.data)), str(mutation)
            looked_into.add(where)


@pytest.mark.parametrize(("kind", "version"), KINDS)
def test_the_list_of_what_cannot_be_said_holds_nothing_more(
    kind: MessageType, version: Version
) -> None:
    """A rule on the list that a schema does refuse belongs off it; others must be refused."""
    for stage in stages(kind, version):
        for mutation in whole_mutants(stage):
            if mutation.rule is Rule.NOT_A_MESSAGE:
                continue
            taken = of(mutation.stage).is_valid(json.loads(mutation.data))
            by_version = mutation.path == "messageVersion" and kind is MessageType.ERRO
            assert taken is (mutation.rule in NOT_EXPRESSIBLE) or by_version, str(mutation)


ROUTES: Final = [
    (kind, version, channel, category)
    for kind, version in KINDS
    for channel in Channel
    for category in Category
    if exists(kind, version, channel, category)
]


@settings(max_examples=100, deadline=None)
@given(data=st.data(), route=st.sampled_from(ROUTES))
def test_a_schema_and_the_parser_agree_on_whatever_is_drawn(
    data: st.DataObject, route: tuple[MessageType, Version, Channel, Category]
) -> None:
    """F1: on sound messages, and on broken ones unless the rule is on the list."""
    kind, version, channel, category = route
    message = data.draw(messages(kind, version, channel, category))
    last = message.get("challengeCompletionInd") == "Y"
    stage = stage_of(kind, version, channel, category, last=last)
    assert of(stage).is_valid(dict(message.elements))
    mutation = data.draw(mutations(message))
    if mutation.rule not in NOT_EXPRESSIBLE and not decided_elsewhere(mutation):
        assert not of(stage).is_valid(json.loads(mutation.data)), str(mutation)


@settings(max_examples=100, deadline=None)
@given(data=st.data(), version=st.sampled_from(Version))
def test_what_a_schema_refuses_the_parser_refuses(data: st.DataObject, version: Version) -> None:
    """F1: a schema is never stricter: whatever is done to a member, no sound message is refused."""
    members = dict(samples.areq(version))
    name = data.draw(st.sampled_from(sorted({*members, *BY_NAME})))
    odd = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
    members[name] = data.draw(odd | st.lists(odd, max_size=2) | st.dictionaries(st.text(), odd))
    sound = whole_validator(MessageType.AREQ, version, Reading.LENIENT).is_valid(members)
    try:
        parse(json.dumps(members).encode(), receiver=Component.DIRECTORY)
    except ProtocolFault:
        return
    assert sound, name


def test_an_areq_is_held_to_the_column_that_it_names() -> None:
    """F1: deviceChannel and messageCategory decide; a Directory Server's own category is non-payment."""
    whole = whole_validator(MessageType.AREQ, Version.V220, Reading.STRICT)
    assert whole.is_valid(samples.areq())
    assert not whole.is_valid(samples.areq(deviceChannel="01"))
    assert not whole.is_valid(samples.areq(deviceChannel="80"))
    assert not whole.is_valid(samples.areq(deviceChannel=None))
    assert not whole.is_valid(samples.areq(messageCategory=None))
    bare = samples.areq(mcc=None, merchantName=None)
    assert not whole.is_valid(bare)
    assert whole.is_valid({**bare, "messageCategory": "02"})
    assert whole.is_valid({**bare, "messageCategory": "85"})
    assert not whole.is_valid({**bare, "messageCategory": "03"})


def test_what_the_message_decides_of_an_inner_object_is_said() -> None:
    """F1: where a split payment names sellers, sellerInfo names them too."""
    whole = whole_validator(MessageType.AREQ, Version.V231, Reading.STRICT)
    split: dict[str, Json] = {"merchantList": [{"merchantNameListed": "a", "sellerId": "1"}]}
    members = samples.areq(Version.V231, sellerInfo=[{"sellerName": "a"}])
    assert whole.is_valid(members)
    assert not whole.is_valid({**members, "multiTransaction": split})
    named: Json = [{"sellerName": "a", "sellerId": "1"}]
    assert whole.is_valid({**members, "multiTransaction": split, "sellerInfo": named})


def test_payment_over_3ri_is_not_in_2_1_0() -> None:
    """F1: there is no such column, and no message passes without one."""
    definitions = schema(MessageType.AREQ, Version.V210)["$defs"]
    assert isinstance(definitions, dict)
    assert "three-ri-non-payment" in definitions
    assert "three-ri-payment" not in definitions
    stage = stage_of(MessageType.AREQ, Version.V210, Channel.THREE_RI, Category.NON_PAYMENT)
    members = dict(next(iter(specimens(stage))).elements)
    whole = whole_validator(MessageType.AREQ, Version.V210, Reading.STRICT)
    assert whole.is_valid(members)
    assert not whole.is_valid({**members, "messageCategory": "01"})


def test_one_column_can_be_referred_to() -> None:
    """Who knows channel and category of an ARes checks it against that column alone."""
    whole = schema(MessageType.ARES, Version.V220)
    registry = jsonschema_rs.Registry([(str(whole["$id"]), whole)])
    at = identifier(MessageType.ARES, Version.V220, "browser-payment")
    assert at == "urn:sekisho:emv3ds:2.2.0:ARes#browser-payment"
    browser = jsonschema_rs.validator_for({"$ref": at}, registry=registry)
    assert browser.is_valid(samples.challenge_ares())
    other = identifier(MessageType.ARES, Version.V220, "app-payment")
    app = jsonschema_rs.validator_for({"$ref": other}, registry=registry)
    assert not app.is_valid(samples.challenge_ares())


def test_a_receiver_sharpens_a_schema() -> None:
    """What the Directory Server adds is demanded by who knows that it reads after it."""
    place = Place(Form.AREQ, Version.V220, Channel.BROWSER, Category.PAYMENT, Reading.STRICT)
    first = samples.areq()
    second = samples.areq(
        dsTransID=samples.DS_ID, dsReferenceNumber="DS", dsURL="https://ds.example"
    )
    taken = {
        receiver: [
            validator(MessageType.AREQ, place, receiver).is_valid(each) for each in (first, second)
        ]
        for receiver in (None, Component.DIRECTORY, Component.ACS)
    }
    assert taken == {
        None: [True, True],
        Component.DIRECTORY: [True, False],
        Component.ACS: [False, True],
    }
    names = {
        receiver: schema_at(MessageType.AREQ, place, receiver)["$id"]
        for receiver in (None, Component.ACS)
    }
    assert names == {
        None: "urn:sekisho:emv3ds:2.2.0:AReq:browser-payment",
        Component.ACS: "urn:sekisho:emv3ds:2.2.0:AReq:browser-payment:acs",
    }


def test_a_schema_names_what_it_leaves_out() -> None:
    """Who relies on a schema must know what it does not say."""
    comment = str(schema(MessageType.ARES, Version.V231)["$comment"])
    assert comment.startswith("Not said here: no member stands twice in an object (204)")
    assert "messageExtension has at most 81920 characters as JSON (203)" in comment
    assert "A transStatus answers what was asked" in comment
    areq = str(schema(MessageType.AREQ, Version.V220)["$comment"])
    assert "dsURL is required when on the way to the ACS" in areq
    place = Place(Form.AREQ, Version.V220, Channel.BROWSER, Category.PAYMENT, Reading.STRICT)
    told = str(schema_at(MessageType.AREQ, place, Component.ACS)["$comment"])
    assert "dsURL" not in told


def test_a_version_without_a_message_has_no_schema_of_it() -> None:
    """OReq and ORes begin with 2.3.1."""
    assert MessageType.OREQ not in kinds(Version.V220)
    with pytest.raises(Misuse, match=r"2\.2\.0 knows no OReq"):
        schema(MessageType.OREQ, Version.V220)


def expressions() -> list[str]:
    """List every expression of the table and of its shapes."""

    def inside(row: Element) -> list[str]:
        own = [row.pattern] if row.pattern is not None and row.kind.value != "boolean" else []
        changed = [each["pattern"] for each in row.changed.values() if each.get("pattern")]
        below = [text for child in row.children for text in inside(child)]
        return [*own, *(text for text in changed if text not in (None, "true")), *below]

    return sorted({text for row in ELEMENTS for text in inside(row)} | {*PATTERNS.values()})


@pytest.mark.parametrize("expression", expressions())
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_an_expression_means_the_same_in_both_languages(
    expression: str, data: st.DataObject
) -> None:
    """F1: what Python's expression takes, ECMA's takes, and nothing else."""
    rewritten = jsonschema_rs.validator_for({"pattern": ecma_pattern(expression)})
    takes = re.compile(expression).fullmatch
    matching = st.from_regex(re.compile(expression), fullmatch=True)
    spoilt = st.tuples(matching, st.characters(exclude_categories=["Cs"])).map("".join)
    spaced = st.tuples(matching, st.sampled_from("\n\x1c\x85\ufeff\u2028 ")).map("".join)
    text = data.draw(matching | spoilt | spaced | st.text(max_size=8))
    assert rewritten.is_valid(text) is (takes(text) is not None), text


def test_ecma_expressions_are_whole_and_plain() -> None:
    """Anchored, without needless escapes (flag u refuses them), flags or Python's own marks."""
    assert ecma_pattern(r"a|b\Z") == "^(?:a|b$)$"
    assert ecma_pattern(r"\A[\"\-\]]\.\"") == r'^(?:^["\-\]]\.")$'
    assert ecma_pattern(r"(?i:data|x):") == "^(?:(?:[Dd][Aa][Tt][Aa]|[Xx]):)$"
    assert ecma_pattern(r"\x00\s") == ecma_pattern(r"\x00[\s]")
    assert r"\u3000" in ecma_pattern(r"[\s]")
    for foreign in (r"(?P<a>b)", r"\d", r"\bword", r"(?i)a", r"(?#note)"):
        with pytest.raises(Misuse, match="ECMA 262"):
            ecma_pattern(foreign)


@given(
    st.ip_addresses().map(str)
    | st.from_regex(r"[0-9a-f:.]{1,20}", fullmatch=True)
    | st.lists(st.sampled_from(["", "0", "1f", "ffff", "1.2.3.4", "12345"]), max_size=9).map(
        ":".join
    )
)
def test_an_address_is_recognised_by_expression_as_by_parser(text: str) -> None:
    """F1: IPv4 without leading zeros, IPv6 in every form without zone."""
    found = re.fullmatch(ecma_pattern(IP_ADDRESS), text) is not None
    assert found is is_ip_address(text)
    if found and "." not in text:
        assert ipaddress.IPv6Address(text)


def test_conditions_are_joined_and_turned_about_plainly() -> None:
    """True and false swallow what they decide; a double no is a yes."""
    place = Place(Form.AREQ, Version.V231, Channel.BROWSER, Category.PAYMENT, Reading.STRICT)
    rows = {name: row for name, (row, _) in elements_of(*place).items()}
    view = View(place=place, receiver=None, rows=rows, at_top=True, unseen=False)
    mcc, name = There("mcc"), There("merchantName")
    required: Json = {"required": ["mcc"]}
    assert said(All((mcc, ALWAYS)), view) == required
    assert said(All((mcc, NEVER)), view) is False
    assert said(All(()), view) is True
    assert said(AnyOf((mcc, NEVER)), view) == required
    assert said(AnyOf((mcc, ALWAYS)), view) is True
    assert said(AnyOf(()), view) is False
    assert said(Not(ALWAYS), view) is False
    assert said(Not(Not(mcc)), view) == required
    assert said(All((mcc, name)), view) == {"required": ["mcc", "merchantName"]}
    assert said(AnyOf((mcc, name)), view) == {
        "anyOf": [{"required": ["mcc"]}, {"required": ["merchantName"]}]
    }
    assert negated(True) is False
    stranger = said(There("unknownToAll"), view)
    assert isinstance(stranger, dict)
    taken = jsonschema_rs.validator_for(stranger)
    assert taken.is_valid({"unknownToAll": 0})
    assert not any(taken.is_valid({"unknownToAll": empty}) for empty in (None, "", [], {}))
    inside = said(Inside("unknownToAll", There("a")), view)
    assert isinstance(inside, dict)
    looks = jsonschema_rs.validator_for(inside)
    assert looks.is_valid({"unknownToAll": {"a": 1}})
    assert looks.is_valid({"unknownToAll": ["x", {"a": 1}]})
    assert not looks.is_valid({"unknownToAll": [{"b": 1}]})
    assert said(Inside("unknownToAll", NEVER), view) is False
