"""The steps of a walk: plain data, so that a history can be printed, kept, and walked again."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Step", "dump", "load"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        op: `edit`, `rename`, `file`, `run`, `obey`, `revert`, `hand`, or `stack`.
        args: What it takes, as JSON has it. Names in it are good in any namespace: a claim, and
            not its volume.
    """

    op: str
    args: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The step for a person, e.g. `edit workloads.w1.replicas = 3`."""
        args = dict(self.args)
        if self.op in ("edit", "file"):
            where = ".".join(args["path"])
            of = args.get("app") or args.get("stack")
            return f"{self.op} {of}: {where} = {json.dumps(args['value'])}"
        said = [value if isinstance(value, str) else json.dumps(value) for value in args.values()]
        return " ".join([self.op, *said])


def dump(steps: Iterable[Step]) -> str:
    """A history as JSON, a step a line."""
    lines = (json.dumps({"op": step.op, "args": dict(step.args)}) for step in steps)
    return "[" + ",\n ".join(lines) + "]\n"


def load(text: str) -> list[Step]:
    """What `dump` wrote."""
    return [Step(item["op"], item["args"]) for item in json.loads(text)]
