"""`sekisho directory`: what it says when it cannot do its work; the work itself is a house test."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sekisho.app.cli import main


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["members", "list"], "no house lives in"),
        (["--url", "https://localhost:1", "members", "list"], "there are no keys in"),
        (["ranges", "add", "{"], "is not JSON"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    tmp_path: Path, arguments: list[str], said: str
) -> None:
    """No trace, and nothing is made in a folder that was named by mistake."""
    result = CliRunner().invoke(main, ["directory", "--data", str(tmp_path / "none"), *arguments])
    assert result.exit_code != 0
    assert said in result.output
    assert not (tmp_path / "none").exists()
