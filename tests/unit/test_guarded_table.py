"""The table of docs/guard-any-program.md says what the test on the engine shows."""

from pathlib import Path

from tests.engine.guarded import EDITS

TEXT = (Path(__file__).parents[2] / "docs/guard-any-program.md").read_text(encoding="utf-8")


def test_each_edit_has_its_row_with_both_outcomes() -> None:
    rows = [line.split(" | ") for line in TEXT.splitlines() if line.count(" | ") == 2]
    said = [(plain, guarded.removesuffix(" |")) for _, plain, guarded in rows[1:]]
    assert said == [(edit.plain, edit.guarded) for edit in EDITS.values()]
