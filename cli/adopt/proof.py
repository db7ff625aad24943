"""The preview after which nobody has to believe: nothing is replaced and nothing is deleted."""

import json
import shlex
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which

from statefast.marks import sentences

from ..steps import Failed

__all__ = ["Proof", "command", "prove"]

_TAKES_AWAY = ("replace", "delete", "discard")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a preview would do.

    Attributes:
        steps: How often each step, e.g. `import`.
        takes_away: The resources that would be replaced or deleted.
    """

    steps: Mapping[str, int]
    takes_away: tuple[str, ...]


def command(stack: str) -> str:
    """The preview of a stack."""
    return f"pulumi preview -s {shlex.quote(stack)}"


def prove(stack: str, folder: Path) -> Proof | None:
    """Previews a stack; None where there is no Pulumi CLI.

    Args:
        stack: Its name.
        folder: Of the program.

    Raises:
        Failed: it is refused, or fails.
    """
    if which("pulumi") is None:
        return None
    words = [*shlex.split(command(stack)), "--json", "--non-interactive", "-C", str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    try:
        said = json.loads(done.stdout)
    except ValueError:
        text = " ".join((done.stderr or done.stdout).split())
        raise Failed(f"{command(stack)} failed: {text}") from None
    if done.returncode:
        messages = [
            str(it.get("message") or "")
            for it in said.get("diagnostics") or ()
            if it.get("severity") == "error"
        ]
        ours = [text for message in messages for _, text in sentences(message)]
        raise Failed("\n".join([f"{command(stack)} is refused:", *(ours or messages)]))
    steps = said.get("steps") or []
    return Proof(
        steps=Counter(str(it["op"]) for it in steps),
        takes_away=tuple(
            str(it["urn"]) for it in steps if any(word in it["op"] for word in _TAKES_AWAY)
        ),
    )
