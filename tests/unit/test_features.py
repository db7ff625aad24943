"""The table of features: every `yes` names a test that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/features.md").read_text()
ROWS = [line.split(" | ") for line in TEXT.splitlines() if re.match(r"\| \d+ \|", line)]


def test_the_table_has_every_row_once() -> None:
    assert [int(row[0].strip("| ")) for row in ROWS] == list(range(1, 41))


def test_every_yes_names_a_test_on_the_engine() -> None:
    for row in ROWS:
        ours = row[2]
        assert ours == "open" or ours.startswith(("yes: ", "partly: ")), row[0]
        if ours != "open":
            assert "tests/engine/" in ours, row[0]


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"\[`(test_\w+)`\]\(\.\./(tests/[\w/]+\.py)\)", TEXT)
    assert len(named) > 20
    for test, file in named:
        assert f"def {test}(" in (ROOT / file).read_text(), test
