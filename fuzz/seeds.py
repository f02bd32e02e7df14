"""Writes the seeds of the corpus from samples and test vectors: `python -m fuzz.seeds`.

A file is named by its content, so that a run writes what is missing and nothing else. What fuzzing
has found lies beside the seeds, minimised, as `found-…`.
"""

import gzip
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from fuzz.harnesses import KEY_PEM
from fuzz.material import DS_ROOT, SESSION_KEY
from sekisho.protocol.forms import base64url
from sekisho.protocol.vocabulary import Version
from sekisho.testkit import samples
from sekisho.testkit.samples import wire

FUZZ: Final = Path(__file__).resolve().parent
CORPUS: Final = FUZZ / "corpus"
VECTORS: Final = FUZZ.parents[1] / "shared" / "protocol" / "vectors.json"


def seeds() -> dict[str, list[bytes]]:
    """Give the seeds by harness."""
    known: dict[str, Any] = json.loads(VECTORS.read_text())
    tokens = [
        one[name].encode()
        for group, name in (
            ("challenge_channel_jwe", "jwe_compact"), ("sdkEncData_jwe", "jwe_compact"),
            ("acsSignedContent_jws", "jws_compact"),
        )
        for one in known[group]
    ]  # fmt: skip
    fields = [one["base64url"].encode() for one in known["base64url_forms"]]
    old = [one["xml"].encode() for one in known["threeds_1_0_2"]]
    folded = [
        one[name].encode() for one in known["threeds_1_0_2"] for name in one if "_form_" in name
    ]
    ranges = [wire(samples.pres(version)) for version in Version]
    return {
        "messages": [bytes([who]) + body for who, body in enumerate(_messages())],
        "explanations": [*_captures(), *tokens[::3], *fields[:2], *old, folded[0]],
        "key_files": [SESSION_KEY, KEY_PEM, DS_ROOT, _jwk()],
        "forms": fields,
        "tokens": tokens,
        "documents": [*old, *folded],
        "card_ranges": [*ranges, *_files(ranges)],
    }


def written(corpus: Path = CORPUS) -> list[Path]:
    """Write what is missing; give the paths of all seeds."""
    paths = []
    for harness, found in seeds().items():
        folder = corpus / harness
        folder.mkdir(parents=True, exist_ok=True)
        for seed in found:
            path = folder / sha256(seed).hexdigest()[:16]
            if not path.exists():
                path.write_bytes(seed)
            paths.append(path)
    return paths


def _messages() -> Iterator[bytes]:
    """Give each sample in each version, in turn for each receiver and reading."""
    makers = (
        samples.areq, samples.app_areq, samples.ares, samples.challenge_ares, samples.rreq,
        samples.rres, samples.creq, samples.app_creq, samples.final_cres, samples.erro, samples.pres,
    )  # fmt: skip
    for make in makers:
        for version in (Version.V210, Version.V231):
            yield wire(make(version))


def _captures() -> Iterator[bytes]:
    areq, creq = wire(samples.areq()), base64url(wire(samples.creq()))
    yield areq
    yield wire(samples.ares()) + b"\n\n\n" + areq
    yield b"POST /ds HTTP/1.1\r\nHost: ds\r\nContent-Length: 9\r\n\r\n" + areq
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    yield f"threeDSSessionData=YQ&creq={creq}".encode()
    yield f'<form><input type="hidden" name="creq" value="{creq}"></form>'.encode()
    yield json.dumps(areq.decode()).encode()


def _jwk() -> bytes:
    return json.dumps({"keys": [{"kty": "oct", "k": base64url(bytes(16))}]}).encode()


def _files(ranges: list[bytes]) -> Iterator[bytes]:
    """Give files of card ranges: what stands in a PRes, by itself, plain and packed."""
    for each in ranges[2:]:
        yield wire({"cardRangeData": json.loads(each)["cardRangeData"]})
        yield gzip.compress(each, mtime=0)


if __name__ == "__main__":
    total = sum(path.stat().st_size for path in written())
    print(f"{total} bytes of seeds")
