"""The words of the screens in an app, in Japanese and English: a table of data.

The protocol's own limits are short: 45 characters for a label or a header, 64 for a toggle, 350 for the
text. What is left after amount, shop and card is what the cardholder must do.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Say(Enum):
    """Everything that a screen may say."""

    HEADER = "header"
    PAYS = "pays"
    ADDS_CARD = "adds card"
    UNNAMED_SHOP = "unnamed shop"
    MESSAGE = "personal message"
    BY_SMS = "by SMS"
    BY_EMAIL = "by e-mail"
    CODE = "code"
    PASSWORD = "password"
    PASSWORD_WANTED = "password wanted"
    APP_CODE_WANTED = "app code wanted"
    CHOOSE_ONE = "choose one"
    CHOOSE_ALL = "choose all"
    OPEN_APP_WANTED = "open the app"
    NUMBER = "number"
    OPEN_APP = "open app"
    CONTINUE = "continue"
    CONFIRM = "confirm"
    SEND_AGAIN = "send again"
    ANOTHER_WAY = "another way"
    INFORMED = "informed"
    PASSES = "passes"
    FAILS = "fails"
    TRUST = "trust"
    BIND = "bind"
    WHY = "why"
    BECAUSE = "because"
    HELP = "help"
    HELP_TEXT = "help text"
    TRIES_LEFT = "tries left"


WORDS: Final[Mapping[Say, tuple[str, str]]] = {
    Say.HEADER: ("Confirm that it is you", "ご本人確認"),
    Say.PAYS: ("{amount} at {shop}, card {card}", "{shop}\n{amount}\nカード {card}"),
    Say.ADDS_CARD: ("Your card {card} at {shop}", "{shop}\nカード {card}"),
    Say.UNNAMED_SHOP: ("an online shop", "オンラインショップ"),
    Say.MESSAGE: ("Your own message: {message}", "パーソナルメッセージ：{message}"),
    Say.BY_SMS: ("A code was sent by SMS to {phone}.", "{phone} にSMSで送信しました。"),
    Say.BY_EMAIL: ("A code was sent by e-mail to {email}.", "{email} にメールで送信しました。"),
    Say.CODE: ("One-time password (6 digits)", "ワンタイムパスワード（6桁の数字）"),
    Say.PASSWORD: ("Web service password", "Webサービスのパスワード"),
    Say.PASSWORD_WANTED: (
        "Enter the password of your bank's web service.",
        "カード会社のWebサービスのパスワードを入力してください。",
    ),
    Say.APP_CODE_WANTED: (
        "Enter the code that your bank's app shows.",
        "カード会社のアプリに表示されているパスワードを入力してください。",
    ),
    Say.CHOOSE_ONE: ("Choose one answer", "1つ選んでください"),
    Say.CHOOSE_ALL: ("Choose all that are right", "当てはまるものをすべて選んでください"),
    Say.OPEN_APP_WANTED: (
        "Open your bank's app and approve there, then come back and go on.",
        "カード会社のアプリを開いて承認し、この画面に戻って次へ進んでください。",
    ),
    Say.NUMBER: (
        "The app must show the number {number}.",
        "アプリで番号 {number} を選んでください。",
    ),
    Say.OPEN_APP: ("Open the bank's app", "アプリを開く"),
    Say.CONTINUE: ("Continue", "次へ進む"),
    Say.CONFIRM: ("Confirm", "認証する"),
    Say.SEND_AGAIN: ("Send a new code", "再送信する"),
    Say.ANOTHER_WAY: ("Confirm in another way", "別の方法で認証する"),
    Say.INFORMED: (
        "Your bank has looked at this purchase.",
        "カード会社がこのお取引を確認しました。",
    ),
    Say.PASSES: (
        "This test card passes the check. Go on: nothing need be typed.",
        "このテストカードは確認に成功します。入力は不要です。",
    ),
    Say.FAILS: (
        "This test card fails the check. Go on: nothing need be typed.",
        "このテストカードは確認に失敗します。入力は不要です。",
    ),
    Say.TRUST: ("Do not ask me again for this shop", "このショップでは次回から確認を省略する"),
    Say.BIND: ("Remember this device", "この端末を記憶する"),
    Say.WHY: ("Why am I asked?", "確認が必要な理由"),
    Say.BECAUSE: (
        "Your bank makes sure that nobody else pays with your card. It never asks for this by phone.",
        "カードの不正利用を防ぐため、ご本人であることを確認しています。電話でお尋ねすることはありません。",
    ),
    Say.HELP: ("Details and help", "お取引の詳細とヘルプ"),
    Say.HELP_TEXT: (
        (
            "Asked at {when} by {bank}. If this is not your purchase, or your own message differs, "
            "press Cancel and call your bank."
        ),
        (
            "{when}（{bank}）。お心当たりのない場合や、パーソナルメッセージが異なる場合は、"
            "入力せずに中止し、カード会社にご連絡ください。"
        ),
    ),
    Say.TRIES_LEFT: ("{left} more tries.", "あと{left}回入力できます。"),
}
"""English, then Japanese."""

NOTICES: Final[Mapping[str, tuple[str, str]]] = {
    "WRONG_CODE": ("That was not right.", "入力内容が正しくありません。"),
    "WRONG_ANSWER": ("That was not right.", "入力内容が正しくありません。"),
    "NOT_READABLE": ("That cannot be it; look at it again.", "入力内容をご確認ください。"),
    "CODE_SENT_AGAIN": (
        "A new code is on its way; the earlier one is no longer good.",
        "新しいワンタイムパスワードを送信しました。前のものは使えません。",
    ),
    "TOO_SOON": (
        "A moment ago one was sent. Wait half a minute before you ask for another.",
        "送信したばかりです。30秒ほど待ってから再送信してください。",
    ),
    "NO_MORE_CODES": (
        "No more codes can be sent for this purchase.",
        "このお取引では、これ以上送信できません。",
    ),
    "NOT_SENT": (
        "The code could not be sent. Ask for a new one.",
        "送信できませんでした。再送信してください。",
    ),
    "PROMPT_SENT_AGAIN": ("Your app was asked again.", "アプリに再度通知しました。"),
    "NO_MORE_PROMPTS": (
        "Your app cannot be asked again for now.",
        "しばらくの間、アプリへの通知はできません。",
    ),
    "NOT_YET_APPROVED": (
        "Your bank has not heard from your app yet. Approve there, then go on.",
        "まだ承認されていません。アプリで承認してから次へ進んでください。",
    ),
    "BANK_AWAY": (
        "Your bank cannot be reached for the moment. Try once more.",
        "カード会社に接続できません。もう一度お試しください。",
    ),
    "OTHER_DEVICE": (
        "The answer came from another device than the purchase.",
        "お取引とは別の端末からの操作です。",
    ),
}
"""What a screen says first when something happened, by the notice's name."""


def words(say: Say, language: str, **facts: str) -> str:
    """Say something, with facts in their places."""
    return WORDS[say][language == "ja"].format(**facts)


def notice_words(name: str, language: str) -> str:
    """Say what happened; nothing, where a screen has no words for it."""
    return NOTICES.get(name, ("", ""))[language == "ja"]
