"""What the house does before and after it serves: the folder it holds, the failure it reports."""

from pathlib import Path

import pytest

from sekisho.adapters.http.server import PortTaken
from sekisho.app.addresses import Addresses
from sekisho.app.house import FolderInUse, hold_folder, only_cause, peer_urls
from sekisho.app.settings import BadSettings


def test_a_data_folder_has_one_house(tmp_path: Path) -> None:
    """F7: a second house stops before it changes a file of the first, whatever its database."""
    held = hold_folder(tmp_path / "var")
    with pytest.raises(FolderInUse, match="var"):
        hold_folder(tmp_path / "var")
    held.release()
    hold_folder(tmp_path / "var").release()


def test_the_one_failure_in_a_group_is_what_a_person_is_told() -> None:
    """F7: a port that is taken is a sentence, however many task groups it came through."""
    taken = PortTaken("port 8080 cannot be had")
    assert only_cause(ExceptionGroup("outer", [ExceptionGroup("inner", [taken])])) is taken


def test_two_failures_stay_together() -> None:
    """Nothing that went wrong is left out of the report."""
    both = ExceptionGroup("both", [ValueError("one"), OSError("other")])
    assert only_cause(both) is both


def test_a_room_can_be_reached_through_a_proxy() -> None:
    """E1, F4: whoever wants to look on or to disturb puts a proxy between two rooms."""
    called = peer_urls(Addresses(8080), ["gateway=http://localhost:9000/pay?x=1"])
    assert called["gateway"] == "http://localhost:9000/pay?x=1"
    assert called["vault"] == "https://localhost:8081"


@pytest.mark.parametrize("via", ["gateway", "kitchen=http://localhost:9000", "vault=9000", "=", ""])
def test_a_proxy_for_nobody_is_refused(via: str) -> None:
    """A misspelt option that is silently ignored is a trap."""
    with pytest.raises(BadSettings, match="ROOM=ADDRESS"):
        peer_urls(Addresses(8080), [via])
