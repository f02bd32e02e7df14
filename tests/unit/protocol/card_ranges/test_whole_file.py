"""The file of all card ranges, read from chunks as they come: its ranges or one kind of fault."""

import gzip
import json
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sekisho.kernel.errors import Misuse
from sekisho.protocol import Json, Message, ProtocolFault
from sekisho.protocol.card_ranges import DsUrl, KnownRanges, streaming, whole_file
from sekisho.protocol.card_ranges.rows import attribute_key
from sekisho.protocol.card_ranges.whole_file import read_file, write_file
from tests.unit.protocol.card_ranges.naive import digits_of, item, known, pres, seen

URL = "https://ds.example/ranges.json"
PRES = pres(serialNum=None, cardRangeDataFileURL=URL)
ONE, TWO, THREE = (each * 16 for each in "123")
ROWS: list[Json] = [item(ONE, ONE, "D"), item(TWO, TWO, None, "392")]
EXPECTED = [(ONE, ONE, None), (TWO, TWO, "392")]
ARRAY = json.dumps(ROWS).encode()


def read(
    data: bytes, *, chunk: int = 1 << 20, message: Message = PRES, **limits: int
) -> KnownRanges:
    chunks = [data[at : at + chunk] for at in range(0, len(data), chunk)]
    return read_file(chunks, message, **limits)


def told(data: bytes, *, bytes_max: int = 1 << 30, ranges_max: int = 1 << 20) -> tuple[str, str]:
    with pytest.raises(ProtocolFault) as caught:
        read(data, bytes_max=bytes_max, ranges_max=ranges_max)
    assert caught.value.message_type is PRES.type
    return caught.value.error_code.value, caught.value.error_detail


NO_FILE = ("203", "cardRangeDataFileURL")


@pytest.mark.parametrize(
    "data",
    [
        ARRAY,
        json.dumps({"cardRangeData": ROWS}, indent=3).encode(),
        json.dumps({"version": 1.5, "x": [{"cardRangeData": []}], "cardRangeData": ROWS}).encode(),
        json.dumps({"cardRangeData": ROWS, "länge": None, "y": -12}).encode(),
        b" \t\r\n" + ARRAY.replace(b",", b" ,\n") + b" \n",
        gzip.compress(ARRAY),
        gzip.compress(ARRAY[:10]) + gzip.compress(b"") + gzip.compress(ARRAY[10:]),
    ],
)
@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
def test_the_file_is_read_in_all_its_forms(data: bytes, chunk: int) -> None:
    """F1: an array or an object with cardRangeData, gzip or not, however it is cut; a file holds
    everything, so actionInd is ignored.
    """
    table = read(data, chunk=chunk)
    assert seen(table) == EXPECTED
    assert table.serial is None


def test_the_message_tells_what_the_file_leaves_out() -> None:
    """F1: Directory Server versions and other addresses."""
    urls: list[Json] = [{"threeDSServerToDsUrl": "https://ds.example"}]
    message = pres(serialNum=None, cardRangeDataFileURL=URL, dsUrlList=urls)
    table = read(ARRAY, message=message)
    assert table.ds_urls == (DsUrl(url="https://ds.example"),)
    found = table.find(ONE)
    assert found is not None
    assert [each.value for each in found.ds_versions] == ["2.2.0", "2.3.1"]
    assert [each.value for each in found.versions] == ["2.2.0", "2.3.1"]


def test_old_names_of_bounds_are_taken() -> None:
    """F1: public simulators send startRange and endRange here."""
    row = {**item(ONE, ONE), "ranges": [{"startRange": ONE, "endRange": TWO}]}
    assert seen(read(json.dumps([row]).encode())) == [(ONE, TWO, None)]


def test_unknown_members_are_read_over() -> None:
    """F1: as in every message; they do not make ranges differ either."""
    rows = [{**item(each, each), "x": each} for each in (ONE, TWO)]
    assert len(read(json.dumps(rows).encode()).attributes) == 1


def broken(**changes: Json) -> bytes:
    return json.dumps([ROWS[0], {**item(TWO, TWO), **changes}]).encode()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", NO_FILE),
        (b"\x1f", NO_FILE),
        (b"\x1f\x8b", NO_FILE),
        (b"[", NO_FILE),
        (b"[]", ("201", "cardRangeData")),
        (b'{"cardRangeData":[]}', ("201", "cardRangeData")),
        (b"{}", NO_FILE),
        (b'{"x":1}', NO_FILE),
        (b'{"x":1', NO_FILE),
        (b'{"x"}', NO_FILE),
        (b'{"x":}', NO_FILE),
        (b'{1:"x"}', NO_FILE),
        (b'{"x":1 "y":2}', NO_FILE),
        (b'{"cardRangeData":{}}', NO_FILE),
        (b'{"cardRangeData":' + ARRAY + b',"cardRangeData":' + ARRAY + b"}", NO_FILE),
        (b"null", NO_FILE),
        (b"12", NO_FILE),
        (b"\xef\xbb\xbf" + ARRAY, NO_FILE),
        (ARRAY + b"x", NO_FILE),
        (ARRAY + b"[]", NO_FILE),
        (ARRAY[:-1], NO_FILE),
        (ARRAY[:-1] + b",]", NO_FILE),
        (b"[" + ARRAY[1:-1] + b" " + ARRAY[1:], NO_FILE),
        (b"[1]", NO_FILE),
        (b"[12", NO_FILE),
        (b'["x"]', NO_FILE),
        (b"[NaN]", NO_FILE),
        (b'[{"x":NaN}]', NO_FILE),
        (b"[" + b'{"x":[' * 50_000, NO_FILE),
        (b'[{"x":' + b"[" * 40 + b"]" * 40 + b"}]", NO_FILE),
        (b'[{"x":"\xff"}]', NO_FILE),
        (b'[{"x":"\xc3', NO_FILE),
        (b'[{"x":"\\ud800"}]', NO_FILE),
        (b'[{"x":1,"x":2}]', ("204", "x")),
        (b'[{"x":' + b"9" * 5000 + b"}]", NO_FILE),
        (gzip.compress(ARRAY)[:-1], NO_FILE),
        (gzip.compress(ARRAY)[:-9], NO_FILE),
        (gzip.compress(ARRAY) + b"\0", NO_FILE),
        (gzip.compress(ARRAY)[:20] + b"\0\0" + gzip.compress(ARRAY)[22:], NO_FILE),
        (zlib.compress(ARRAY), NO_FILE),
        (broken(ranges=[{"start": ONE, "end": ONE}]), ("205", f"{ONE}-{ONE},{ONE}-{ONE}")),
        (broken(ranges=[{"start": THREE, "end": TWO}]), ("203", "cardRangeData.ranges")),
        (broken(ranges=[{"start": "1", "end": "2"}]), ("203", "cardRangeData.ranges")),
        (broken(ranges=[{"start": TWO}]), ("201", "cardRangeData.ranges.end")),
        (broken(ranges=[{"start": 2, "end": TWO}]), ("203", "cardRangeData.ranges.start")),
        (broken(ranges=[{"start": TWO, "end": None}]), ("201", "cardRangeData.ranges.end")),
        (broken(ranges=[TWO]), ("203", "cardRangeData.ranges")),
        (broken(ranges=[]), ("201", "cardRangeData.ranges")),
        (broken(ranges=TWO), ("203", "cardRangeData.ranges")),
        (broken(issuerCountryCode="999"), ("304", "cardRangeData.issuerCountryCode")),
        (broken(acsProtocolVersions=None), ("201", "cardRangeData.acsProtocolVersions")),
        (broken(dsProtocolVersions="2.2.0"), ("203", "cardRangeData.dsProtocolVersions")),
    ],
)
@pytest.mark.parametrize("chunk", [3, 1 << 20])
def test_what_is_no_such_file_is_refused(
    data: bytes, expected: tuple[str, str], chunk: int
) -> None:
    """F1: the whole of it; the fault says where it lies."""
    with pytest.raises(ProtocolFault) as caught:
        read(data, chunk=chunk)
    assert (caught.value.error_code.value, caught.value.error_detail) == expected
    assert caught.value.ids["dsTransID"]


def test_more_ranges_in_an_item_than_it_may_list_are_refused() -> None:
    """F1: five thousand are taken, one more is not."""
    ranges: list[Json] = [{"start": digits_of(13, n), "end": digits_of(13, n)} for n in range(5001)]
    data = json.dumps([{**item(ONE, ONE), "ranges": ranges[:-1]}]).encode()
    assert len(read(data)) == len(ranges) - 1
    data = json.dumps([{**item(ONE, ONE), "ranges": ranges}]).encode()
    assert told(data) == ("203", "cardRangeData.ranges")


def test_a_file_is_read_up_to_its_limits_and_no_further() -> None:
    """F1: bytes received, bytes inflated, ranges; each limit may be reached."""
    assert seen(read(ARRAY, bytes_max=len(ARRAY), ranges_max=2)) == EXPECTED
    assert told(ARRAY, bytes_max=len(ARRAY) - 1) == NO_FILE
    assert told(ARRAY, ranges_max=1) == NO_FILE
    packed = gzip.compress(ARRAY * 2)
    assert len(packed) < len(ARRAY)
    assert told(packed, bytes_max=len(ARRAY)) == NO_FILE
    stored = gzip.compress(b"", compresslevel=0) * 20
    assert told(stored + gzip.compress(ARRAY), bytes_max=len(stored)) == NO_FILE


def test_a_bomb_is_not_inflated() -> None:
    """F1: what a megabyte of zeros would become is never held, nor what endless blanks would."""
    taken = 0

    def bomb() -> Iterator[bytes]:
        nonlocal taken
        deflater = zlib.compressobj(wbits=31)
        yield deflater.compress(b"[")
        while True:
            taken += 1
            yield deflater.compress(b" " * 1_000_000)

    with pytest.raises(ProtocolFault):
        read_file(bomb(), PRES, bytes_max=20_000_000)
    assert taken <= 100


def test_an_item_may_be_long_but_not_too_long() -> None:
    """F1: memory is bounded by the largest item, wherever the chunks end."""
    for most, fits in ((streaming.ITEM_CHARACTERS_MAX, True), (0, False)):
        row = {**item(ONE, ONE), "x": ""}
        size = streaming.ITEM_CHARACTERS_MAX if fits else streaming.ITEM_CHARACTERS_MAX + 1
        row["x"] = "x" * (size - len(json.dumps(row)))
        data = json.dumps([row]).encode()
        assert len(data) == size + 2
        for chunk in (1000, 1 << 22):
            if most:
                assert len(read(data, chunk=chunk)) == 1
            else:
                with pytest.raises(ProtocolFault) as caught:
                    read(data, chunk=chunk)
                assert caught.value.error_detail == "cardRangeDataFileURL"


def test_an_item_without_end_is_given_up_early() -> None:
    """F1: not when the file ends, and not after scanning it once for every chunk."""
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        yield b'[{"x":"'
        while True:
            taken += 1
            yield b"x" * 10_000

    with pytest.raises(ProtocolFault):
        read_file(endless(), PRES)
    assert taken * 10_000 <= 3 * streaming.ITEM_CHARACTERS_MAX


def test_different_attributes_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """F1: ranges share theirs; who gives each its own would fill the memory."""
    key = len(attribute_key(item(ONE, ONE, None, "392")))
    rows = [item(each * 16, each * 16, None, "392") for each in "123"]
    last = item("4" * 16, "4" * 16, None, "840")
    monkeypatch.setattr(whole_file, "ATTRIBUTE_BYTES_MAX", 2 * key)
    assert len(read(json.dumps([*rows, last]).encode())) == 4
    monkeypatch.setattr(whole_file, "ATTRIBUTE_BYTES_MAX", 2 * key - 1)
    assert len(read(json.dumps(rows).encode())) == 3
    assert told(json.dumps([*rows, last]).encode()) == NO_FILE


def test_a_pres_without_a_file_is_not_ours_to_read() -> None:
    """A bug of ours: nothing was to be fetched."""
    with pytest.raises(Misuse):
        read_file([ARRAY], pres(item(ONE, ONE)))


def test_a_fetch_that_breaks_is_told_as_it_is() -> None:
    """The world fails in its own words: a broken connection is no fault of the file."""

    def breaking() -> Iterator[bytes]:
        yield ARRAY[:10]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        read_file(breaking(), PRES)


@pytest.mark.parametrize("compressed", [False, True])
@given(
    numbers=st.lists(st.integers(0, 10**13 - 1), unique=True, max_size=20),
    chunk=st.integers(1, 500),
)
def test_a_written_file_is_read_again(compressed: bool, numbers: list[int], chunk: int) -> None:
    """F1: the Directory Server's writer and the 3DS Server's reader agree, byte for byte twice."""
    rows = [
        (digits_of(length, number), digits_of(length, number), ("392", "840", None)[number % 3])
        for number in [*numbers, 10**12]
        for length in (13, 16)
        if number not in numbers or number != 10**12 or length
    ]
    table = known(*dict.fromkeys(rows))
    data = b"".join(write_file(table, compressed=compressed))
    assert data == b"".join(write_file(table, compressed=compressed))
    assert data.startswith(b"\x1f\x8b") is compressed
    assert list(read(data, chunk=chunk)) == list(table)


def test_what_is_alike_is_written_together() -> None:
    """F1: as many ranges in one item as it may list."""
    rows = [(digits_of(13, n), digits_of(13, n), "392") for n in range(5001)]
    data = b"".join(write_file(known(*rows, (ONE, ONE, "840")), compressed=False))
    items = json.loads(data)["cardRangeData"]
    assert [len(each["ranges"]) for each in items] == [5000, 1, 1]
    assert items[0]["ranges"][0] == {"start": "0" * 13, "end": "0" * 13}
    assert "actionInd" not in items[0]


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["cardRangeData", "ranges", "start", "end", "acsProtocolVersions", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200) | JSONISH.map(lambda value: json.dumps(value).encode()), st.data())
def test_no_bytes_raise_anything_but_a_protocol_fault(noise: bytes, data: st.DataObject) -> None:
    """F1: neither noise, nor noise within a file, nor either of them compressed."""
    at = data.draw(st.integers(0, len(ARRAY)))
    within = ARRAY[:at] + noise + ARRAY[at + data.draw(st.integers(0, 9)) :]
    for each in (noise, within, gzip.compress(within), gzip.compress(ARRAY)[:at] + noise):
        try:
            table = read(each, chunk=data.draw(st.integers(1, 300)))
        except ProtocolFault:
            continue
        assert len(table) >= 1
