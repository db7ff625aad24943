"""Asks the program's own guard what it says to config and files, before anything is written.

It is the guard that the preview has, on the same cluster, so its sentences are those of the
preview; no engine is asked and no state, which a stack that takes over does not have yet.
"""

import json
import logging
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from statefast.errors import StatefastError
from statefast.marks import Word, sentences
from statefast.schema.collected import StatefastErrors

from ..convert.check import Unchecked, importing_from
from ..convert.render import file_text

__all__ = ["Answer", "ask", "asked_about"]

# Refusals are found one behind the other; more than this many behind each other there are not.
_MOST_ROUNDS = 12
_OWNER = re.compile(r"'([^']*: owner [^']* \[[0-9a-f]{8}\])'")
_OBJECT = re.compile(r"(\w+) (?:[^ /]*/)?([^ /]+): owner (.+) -> [^ ]+ \[\w+\]")
_KINDS = {"VolumeClaim": "PersistentVolumeClaim"}
_NO_ORGANIZATION = "organization"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the guard says.

    Attributes:
        consents: To take over what is another's, word for word, each object once.
        refused: Sentences that no such consent settles.
        notes: What its owner should know.
    """

    consents: tuple[str, ...]
    refused: tuple[str, ...]
    notes: tuple[str, ...]


def ask(
    config: Mapping[str, Any], files: Mapping[str, Mapping[str, Any]], folder: Path, stack: str
) -> Answer:
    """Takes every consent to own an object, until nothing is asked that is one. Those that config
    has are asked for as well.

    Args:
        config: Of the stack, with the prefix of each key.
        files: Workload files by name.
        folder: Of the program.
        stack: `<project>/<stack>`.

    Raises:
        Unchecked: the program is not in its folder.
    """
    if not (folder / "Pulumi.yaml").is_file() or not (folder / "settings").is_dir():
        raise Unchecked
    said = [str(it) for it in config.get("statefast:consent") or ()]
    given = [it for it in said if not _OBJECT.fullmatch(it)]
    found: list[str] = []
    with importing_from(folder), tempfile.TemporaryDirectory() as place:
        for path in (folder / "workloads").glob("*.yaml"):
            Path(place, path.name).write_bytes(path.read_bytes())
        for name, file in files.items():
            Path(place, f"{name}.yaml").write_text(file_text(file), encoding="utf-8")
        for _ in range(_MOST_ROUNDS):
            said_now = {**config, "statefast:consent": [*given, *found]}
            refused, notes = _once(said_now, Path(place), stack)
            more = [it for text in refused for it in _OWNER.findall(text) if it not in found]
            if not more:
                break
            found += more
    return Answer(consents=tuple(found), refused=tuple(refused), notes=tuple(notes))


def asked_about(consent: str) -> tuple[str, str, str]:
    """Kind, name and owner of the object that a consent is about."""
    found = _OBJECT.fullmatch(consent)
    if found is None:
        return ("", "", "")
    return _KINDS.get(found[1], found[1]), found[2], found[3]


class _Nobody(pulumi.runtime.Mocks):
    """An engine without a state."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[Any, Any]]:
        return "", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], None]:
        return {}, None


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said += [text for word, text in sentences(record.getMessage()) if word in _NOTES]


_NOTES = (Word.NOTES, Word.WARNS)


def _once(config: Mapping[str, Any], files: Path, stack: str) -> tuple[list[str], list[str]]:
    """What is refused, and what is noted, in one run."""
    from settings import Settings
    from settings.stack_name import named_after_stack
    from workloads import WorkloadFiles

    kept = _Kept()
    logger = logging.Logger("statefast adopt")
    logger.addHandler(kept)
    project, _, name = stack.partition("/")
    pulumi.runtime.settings.reset_options()
    pulumi.runtime.set_mocks(
        _Nobody(), project, name, preview=True, logger=logger, organization=_NO_ORGANIZATION
    )
    text = named_after_stack(
        {k: v if isinstance(v, str) else json.dumps(v) for k, v in config.items()}, name
    )
    pulumi.runtime.set_all_config(text)
    try:
        Settings.parse(text, WorkloadFiles(files)).preflight()
    except StatefastErrors as refused:
        return [it.sentence for it in refused.errors], kept.said
    except StatefastError as refused:
        return [refused.sentence], kept.said
    return [], kept.said
