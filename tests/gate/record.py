"""Records previews on the real engine: `python -m tests.gate.record [NAME]...`.

It starts a cluster of its own, deploys each scenario, previews its edit, and writes what the
gate is then tested with. Nothing is recorded but what the engine printed.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from localcluster import cluster
from localcluster.layout import Workspace
from localcluster.stacks import LocalStack
from localcluster.toolchain import environment

from .objects import storage_class
from .scenarios import OWN, RAW, Own, Raw
from .trimming import trimmed

HERE = Path(__file__).parent
PREVIEWS = HERE / "previews"
_PREVIEW = ("preview", "--json", "--show-replacement-steps", "--show-sames")
_DESTROY = ("destroy", "--preview-only", "--json", "--show-replacement-steps", "--show-sames")


class Recorder:
    """Runs scenarios in one workspace, each in a stack and a namespace of its name."""

    def __init__(
        self,
        workspace: Workspace,
        prepare: Callable[[LocalStack, dict[str, Any]], None] = LocalStack.prepare,
    ) -> None:
        self._workspace = workspace
        self._prepare = prepare

    def raw(
        self, name: str, scenario: Raw, consents: Sequence[str] = ("of another change",)
    ) -> dict[str, Any]:
        """What the engine says of an edit of raw resources."""
        stack = LocalStack(self._workspace, name, HERE / "programs")
        for entries in scenario.before:
            self._deploy(stack, _raw_config(entries, name, consents))
        arguments = (*_PREVIEW, *(["--refresh"] if scenario.refresh else []))
        return self._preview(stack, _raw_config(scenario.after, name, consents), arguments)

    def own(self, name: str, scenario: Own) -> dict[str, Any]:
        """What the engine says of an edit of this project's config."""
        stack = LocalStack(self._workspace, name)
        self._deploy(stack, _own_config(scenario.before, name))
        arguments = _DESTROY if scenario.destroy else _PREVIEW
        return self._preview(stack, _own_config(scenario.after, name), arguments)

    def clean(self, name: str) -> None:
        """Leaves nothing that the next scenario could find; names need not differ."""
        kinds = ("storageclass/rbd", "persistentvolume/disk", "volumesnapshotclass/copies")
        all_of = (f"namespace/{name}", *kinds)
        self._kubectl("delete", *all_of, "--ignore-not-found", "--wait=false")
        self._apply_outside()

    def _apply_outside(self) -> None:
        """A class that no stack knows."""
        made = storage_class("outside")["body"]
        made |= {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass"}
        self._kubectl("apply", "-f", "-", stdin=json.dumps(made))

    def _deploy(self, stack: LocalStack, config: dict[str, Any]) -> None:
        self._prepare(stack, config)
        stack.run("up", "--yes", "--skip-preview", "--suppress-progress", quiet=True)

    def _preview(
        self, stack: LocalStack, config: dict[str, Any], arguments: Sequence[str]
    ) -> dict[str, Any]:
        self._prepare(stack, config)
        # Apart from `run`: what goes to the error output is no JSON. A preview that fails has
        # something to say as well.
        done = subprocess.run(
            ["pulumi", *arguments],
            cwd=stack.folder,
            env=environment(self._workspace),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        document: dict[str, Any] = json.loads(done.stdout)
        return document

    def _kubectl(self, *arguments: str, stdin: str | None = None) -> None:
        subprocess.run(
            ["kubectl", *arguments],
            env=environment(self._workspace),
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
        )


def _raw_config(entries: list[Any], namespace: str, consents: Sequence[str]) -> dict[str, Any]:
    text = json.dumps(entries).replace('"NS"', f'"{namespace}"').replace('"NS/', f'"{namespace}/')
    # As a text: the program's secrets are secret to nobody but the provider.
    return {"raw:resources": text, "statefast:consent": list(consents)}


def _own_config(config: dict[str, Any], name: str) -> dict[str, Any]:
    storage = {
        "name": "rbd",
        "driver": "ceph-rbd",
        "parameters": {"clusterID": "test", "pool": "test"},
        "volumeBindingMode": "Immediate",
        **config.get("storageClass", {}),
    }
    base = {"namespace": name, "environment": "test", **config, "storageClass": storage}
    return {f"statefast:{key}": value for key, value in base.items()}


def main(names: Sequence[str]) -> int:
    """Records the scenarios named, or all."""
    unknown = set(names) - RAW.keys() - OWN.keys()
    if unknown:
        print(f"there is no scenario {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    failed = []
    with tempfile.TemporaryDirectory(prefix="statefast-record-") as folder:
        workspace = Workspace.at(Path(folder))
        recorder = Recorder(workspace)
        try:
            cluster.up(workspace)
            recorder.clean("none")
            for name in names or [*RAW, *OWN]:
                try:
                    if name in RAW:
                        document = recorder.raw(name, RAW[name])
                    else:
                        document = recorder.own(name, OWN[name])
                    text = trimmed(document)
                    (PREVIEWS / f"{name}.json").write_text(text, encoding="utf-8")
                    print(f"{name}: {document.get('changeSummary')}", flush=True)
                except Exception as error:
                    # The others can be recorded all the same.
                    failed.append(name)
                    print(f"{name}: not recorded: {error}", file=sys.stderr, flush=True)
                recorder.clean(name)
        finally:
            cluster.down(workspace, delete=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
