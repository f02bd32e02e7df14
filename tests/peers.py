"""Playing a peer: calls on the mutual-TLS ports of a house with the certificates of its rooms."""

import json
import ssl
from http.client import HTTPConnection, HTTPSConnection
from typing import Any

from sekisho.adapters.keys import Keyring
from tests.running_house import RunningHouse

VAULT, SERVER, DIRECTORY, ACS = 1, 2, 3, 4
"""Where the rooms' mutual-TLS ports stand, counted from the public one."""


def peer_context(house: RunningHouse, room: str) -> ssl.SSLContext:
    """A client that holds the certificate of one of the house's rooms."""
    return Keyring(house.data / "keys").client_tls(room)


def as_peer(
    house: RunningHouse, room: str, offset: int, body: bytes, *, path: str = "/3ds"
) -> tuple[int, Any]:
    """Post a message to a room's mutual-TLS port with another room's certificate."""
    connection = HTTPSConnection(
        "localhost", house.port + offset, context=peer_context(house, room), timeout=30
    )
    connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
    return answer_of(connection)


def answer_of(connection: HTTPConnection) -> tuple[int, Any]:
    """Give the status and the JSON of an answer; None for plain words."""
    reply = connection.getresponse()
    body = reply.read()
    is_json = reply.headers.get_content_type() == "application/json"
    return reply.status, json.loads(body) if is_json and body else None
