"""The manifests that are converted, and what came of it, as it was looked at and found good.

`python -m tests.convert.samples` writes the second anew.
"""

import io
from pathlib import Path

from rich.console import Console

from cli.convert.check import problems
from cli.convert.manifests import Manifest, parse
from cli.convert.render import config_text, file_text, print_program
from cli.convert.whole import Program, convert
from localcluster.layout import PROJECT

__all__ = ["EXPECTED", "MANIFESTS", "claims_of", "converted", "shown"]

HERE = Path(__file__).parent
MANIFESTS = {path.stem: path for path in sorted((HERE / "manifests").glob("*.yaml"))}
EXPECTED = HERE / "expected"


def converted(name: str) -> Program:
    """One of them, converted and checked."""
    made = convert(parse([(name, MANIFESTS[name].read_text(encoding="utf-8"))]))
    assert problems(made, PROJECT) == []
    return made


def shown(made: Program) -> str:
    """What a person sees of it on a terminal of 80 columns."""
    text = io.StringIO()
    files = {f"workloads/{name}.yaml": file_text(said) for name, said in made.files().items()}
    files["Pulumi.dev.yaml"] = config_text(made.config("dev"))
    print_program(made, files, Console(file=text, width=80))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def claims_of(objects: list[Manifest]) -> set[str]:
    """The claims that these objects have or make, by the contract of the controller."""
    found = {it.name for it in objects if it.kind == "PersistentVolumeClaim"}
    for it in objects:
        for claim in it.spec.get("volumeClaimTemplates") or ():
            first = (it.spec.get("ordinals") or {}).get("start", 0)
            for ordinal in range(first, first + it.spec.get("replicas", 1)):
                found.add(f"{claim['metadata']['name']}-{it.name}-{ordinal}")
    return found


if __name__ == "__main__":
    EXPECTED.mkdir(exist_ok=True)
    for name in MANIFESTS:
        (EXPECTED / f"{name}.txt").write_text(shown(converted(name)), encoding="utf-8")
