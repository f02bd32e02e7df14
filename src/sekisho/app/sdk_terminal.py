"""The cardholder of `sekisho sdk pay`: prepared words first, then whoever sits at the terminal."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import quote, urlencode

import click

from sekisho.adapters.http.client import Peer
from sekisho.kernel.errors import SekishoError
from sekisho.testkit.sdk import (
    Ended,
    Move,
    NotUnderstood,
    OpenApp,
    Screen,
    Touch,
    move_of,
    printable,
    screen_text,
)
from sekisho.testkit.sdk.session import Action
from sekisho.testkit.sdk.text import note_words

INBOX: Final = ":inbox"
"""Words that stand for the newest code in the sandbox bank's inbox."""
APP_ANSWERS: Final = {":approve": "approve", ":deny": "deny"}
"""Words that stand for an answer in the sandbox bank's app, and the way back from it."""
NUMBER: Final = re.compile(r"(?:number|番号) (\d{2})(?!\d)", re.ASCII)
CODE: Final = re.compile(r"(?<!\d)\d{6}(?!\d)", re.ASCII)

HELP: Final = (
    "Type the answer, a choice's number, or name=value of a form; +trust and +bind turn toggles on. "
    "Also :cancel :resend :other :open :return :continue, :inbox for the code that came, :approve or :deny in the bank's app, :info1 to unfold."
)


class NoAnswer(SekishoError):
    """The prepared words have run out and nobody sits at the terminal."""


class TerminalCardholder:
    """Shows each screen and reads words for it."""

    def __init__(
        self,
        prepared: Sequence[str],
        *,
        inbox: "Inbox",
        say: Callable[[str], None],
        ask: Callable[[str], str] | None,
    ) -> None:
        self._prepared = list(prepared)
        self._inbox = inbox
        self._say = say
        self._ask = ask
        self.screens: list[Screen] = []

    async def look(self, screen: Screen) -> Move:
        """Show a screen; give the first words that it understands."""
        self.screens.append(screen)
        self._say(screen_text(screen))
        notes = note_words(screen)
        while True:
            words = await self._words()
            if words in APP_ANSWERS:
                await self._inbox.answer_prompt(APP_ANSWERS[words], number=number_on(screen))
                words = ":continue"
            if words in notes:
                self._say(printable(f"{notes[words].label}\n{notes[words].text}"))
                continue
            try:
                return move_of(screen, words)
            except NotUnderstood as why:
                if self._ask is None:
                    raise
                self._say(str(why))

    async def told(self, action: Action) -> None:
        """Say what else happens."""
        match action:
            case OpenApp(url=url):
                self._say(printable(f"(the bank's app opens: {url}; come back with :return)"))
            case Ended(outcome=outcome, trans_status=status):
                said = f", transStatus {status}" if status else ""
                self._say(f"The SDK tells its app: {outcome.value}{said}.")

    async def _words(self) -> str:
        if self._prepared:
            words = self._prepared.pop(0)
            self._say(f"> {words}")
        elif self._ask is None:
            self._say(f"> {Touch.CANCEL.value}   (no --answer is left)")
            words = Touch.CANCEL.value
        else:
            words = await asyncio.to_thread(self._ask, "> ")
        if INBOX not in words:
            return words
        return words.replace(INBOX, await self._inbox.newest_code())


class Inbox:
    """What the sandbox bank has sent to the holder of one card."""

    def __init__(self, bank: Peer, *, last_four: str) -> None:
        self._bank = bank
        self._last_four = last_four

    async def newest_code(self) -> str:
        """Give the code of the newest message that has one. Raises NoAnswer when none has."""
        path = f"/inbox.json?last4={self._last_four}"
        reply = await self._bank.get(path)
        messages = json.loads(reply.body)["messages"]
        for message in sorted(messages, key=lambda each: str(each["deliveredAt"]), reverse=True):
            found = CODE.search(message["text"])
            if found is not None:
                return found.group()
        raise NoAnswer(f"the bank has sent no code for a card ending in {self._last_four}")

    async def answer_prompt(self, answer: str, *, number: str) -> None:
        """Answer what the bank's app asks the card's holder. Raises NoAnswer when it asks nothing."""
        reply = await self._bank.get(f"/app.json?last4={self._last_four}")
        prompts = json.loads(reply.body)["prompts"]
        if not prompts:
            raise NoAnswer(f"the bank's app asks nothing of a card ending in {self._last_four}")
        form = urlencode({"answer": answer, "number": number})
        await self._bank.post(
            f"/app/prompts/{quote(prompts[-1]['promptId'])}",
            form.encode(),
            content_type="application/x-www-form-urlencoded",
        )


def number_on(screen: Screen) -> str:
    """Give the number that a screen shows to be matched in the bank's app; nothing if there is none."""
    shown = screen.text if screen.form is None else screen.form.text
    found = NUMBER.search(shown)
    return found.group(1) if found else ""


def ask_at_terminal(prompt: str) -> str:
    """Read a line; the end of the input is a cancel."""
    try:
        return input(prompt)
    except EOFError:
        return Touch.CANCEL.value


def welcome(say: Callable[[str], None]) -> None:
    """Say what can be typed."""
    say(click.wrap_text(HELP, width=100))
