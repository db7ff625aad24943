"""What CI installs is what the requirements say, by its hash."""

import re

import pytest

from .test_workflows import ROOT

SOURCES = {
    "program": ["requirements.txt"],
    "judge": ["policy/requirements.txt", "locks/judge.in"],
}


def normal(pin: str) -> str:
    return re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() + "==" + pin.partition("==")[2]


def pins(path: str) -> set[str]:
    text = (ROOT / path).read_text()
    return {normal(pin) for pin in re.findall(r"^[\w.-]+==[\w.]+", text, flags=re.MULTILINE)}


@pytest.mark.parametrize("name", SOURCES)
def test_a_lock_has_the_pins_of_its_requirements_and_no_others(name: str) -> None:
    """Else `make locks` was not run after an edit, or something was not pinned."""
    assert pins(f"locks/{name}.txt") == set().union(*map(pins, SOURCES[name]))


@pytest.mark.parametrize("name", SOURCES)
def test_everything_in_a_lock_has_a_hash_and_comes_from_no_place_of_its_own(name: str) -> None:
    lines = (ROOT / f"locks/{name}.txt").read_text().splitlines(keepends=True)
    text = "".join(line for line in lines if line.strip() and not line.startswith("#"))
    entry = r"[\w.-]+==[\w.]+(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    assert re.fullmatch(f"(?:{entry})+", text)


def test_gate_and_policies_have_the_versions_they_are_tested_with() -> None:
    tested = {pin.partition("==")[0]: pin for pin in pins("requirements-dev.txt")}
    for pin in pins("locks/judge.in"):
        assert tested[pin.partition("==")[0]] == pin
