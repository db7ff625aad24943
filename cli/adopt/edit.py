"""Adds to a file of config what is missing there, and touches no other line."""

from collections.abc import Mapping
from typing import Any

import yaml

from ..convert.render import config_text

__all__ = ["added"]


def added(text: str, missing: Mapping[str, Any], wanted: Mapping[str, Any]) -> str | None:
    """The text with what is missing; None where it is in no form that can be added to.

    Args:
        text: Of the file, with its comments.
        missing: By key of the config what it lacks: a value, or the entries of one that is there.
        wanted: The config as it is to be, which the result is compared with.
    """
    # Whatever else may end a line, in YAML it may stand in one.
    lines = text.removesuffix("\n").split("\n")
    for key, value in missing.items():
        block = config_text({key: value}).splitlines()[1:]
        at = next((n for n, line in enumerate(lines) if line.strip() == f"{key}:"), None)
        if at is None:
            config = next((n for n, line in enumerate(lines) if line.rstrip() == "config:"), None)
            if config is None:
                lines += ["config:", *block]
                continue
            at, below = config, block
        else:
            # What is there already goes on below it.
            below = block[1:]
        lines[at + 1 : at + 1] = _moved(below, lines[at + 1 :])
    made = "\n".join(lines) + "\n"
    try:
        before, said = yaml.safe_load(text), yaml.safe_load(made)
    except yaml.YAMLError:
        return None
    return made if said == {**(before or {}), "config": dict(wanted)} else None


def _moved(block: list[str], after: list[str]) -> list[str]:
    """Lines as deep as those that they come before."""
    has = next((line for line in after if line.strip() and not line.lstrip().startswith("#")), "")
    deep, own = _depth(has), _depth(block[0])
    if deep == 0:
        return block
    return [" " * (deep + _depth(line) - own) + line.lstrip() for line in block]


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
