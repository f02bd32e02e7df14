"""The sandbox's questions: what every newly seen card's holder is taken to know."""

from typing import Final

from sekisho.issuer.members.model import KeptOption, KeptQuestion
from sekisho.issuer.members.service.ports import Mac


def right_digest(mac: Mac, card_id: str, question_id: str, codes: tuple[str, ...]) -> str:
    """Digest an answer: the chosen codes, in no order, to this question of this card."""
    said = "\0".join(("answer", card_id, question_id, *sorted(set(codes))))
    return mac.mac(said.encode()).hex()


def sandbox_questions(mac: Mac, card_id: str) -> tuple[KeptQuestion, ...]:
    """Make the two questions that every sandbox card has, with the answers below."""
    return tuple(
        KeptQuestion(
            question_id=question_id,
            texts={"ja": ja, "en": en},
            several=len(RIGHT[question_id]) > 1,
            options=tuple(
                KeptOption(code=code, texts={"ja": in_ja, "en": in_en})
                for code, in_ja, in_en in options
            ),
            right=right_digest(mac, card_id, question_id, RIGHT[question_id]),
        )
        for question_id, ja, en, options in _ASKED
    )


RIGHT: Final = {"branch": ("odawara",), "payments": ("electricity", "water")}
"""The right answers in the sandbox, by question."""

_ASKED: Final = (
    (
        "branch",
        "口座をお持ちの支店はどちらですか。",
        "At which branch do you have your account?",
        (
            ("yumoto", "湯本支店", "Yumoto branch"),
            ("odawara", "小田原支店", "Odawara branch"),
            ("gora", "強羅支店", "Gora branch"),
            ("none", "どれでもない", "None of these"),
        ),
    ),
    (
        "payments",
        "毎月このカードでお支払いのものを、すべてお選びください。",
        "Choose everything that you pay with this card every month.",
        (
            ("electricity", "電気", "Electricity"),
            ("gas", "ガス", "Gas"),
            ("water", "水道", "Water"),
            ("newspaper", "新聞", "Newspaper"),
        ),
    ),
)
