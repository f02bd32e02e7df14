"""What an authentication keeps of its messages: the answers that its requestor may ask for."""

from collections.abc import Iterable
from dataclasses import replace

from sekisho.acquirer.server.model import Authentication, State
from sekisho.kernel.effects import Effect
from sekisho.protocol import Component, ErrorCode, ProtocolFault, erro_for
from sekisho.protocol.codec import write_object
from sekisho.protocol.states import server_authentication
from sekisho.protocol.states import server_events as on
from sekisho.protocol.states.exchange import PostErro


def with_messages(
    before: Authentication, after: Authentication, event: on.Event, effects: Iterable[Effect]
) -> Authentication:
    """Keep what the requestor will be answered, and drop what is of no use any more."""
    if before.state is State.ASKED and after.state is not State.ASKED:
        after = replace(after, answer=_answer(after, event, effects), answered_at=event.at)
    if after.stage.result_known and not before.stage.result_known:
        after = replace(after, result=_text(event))
    if after.state in server_authentication.FINAL and before.settled_at is None:
        carried_on = after.state is State.CONTINUED
        after = replace(
            after, settled_at=event.at, sealed_areq=after.sealed_areq if carried_on else None
        )
    return after


def forgotten(record: Authentication) -> Authentication:
    """Drop what must not lie about for ever, the authentication value first of all."""
    return replace(record, answer=None, result=None, sealed_areq=None, purged=True)


def _answer(record: Authentication, event: on.Event, effects: Iterable[Effect]) -> str | None:
    if record.state is not State.FAILED:
        return _text(event)
    erro = next((each.message for each in effects if isinstance(each, PostErro)), None)
    if isinstance(event, on.ErroReceived):
        erro = event.message
    told = erro or erro_for(_untold(record), component=Component.SERVER)
    # The requestor must find it under the id that it knows, whatever the answer called it.
    return write_object({**told.elements, "threeDSServerTransID": record.id}).decode()


def _text(event: on.Event) -> str | None:
    message = getattr(event, "message", None)
    return None if message is None else message.encode().decode()


def _untold(record: Authentication) -> ProtocolFault:
    """Make the fault that the Directory Server is not told of: no connection, or a broken Erro."""
    transaction = record.stage.transaction
    if record.stage.failure == ErrorCode.CONNECTION_FAILED.value:
        return transaction.fault(
            ErrorCode.CONNECTION_FAILED, "The Directory Server cannot be reached."
        )
    return transaction.fault(
        ErrorCode.MESSAGE_INVALID, "The answer was an Erro that cannot be read."
    )
