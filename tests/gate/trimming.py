"""Makes a preview fit to be kept: what a machine or a day adds goes, all the gate reads stays."""

import json
import re
from typing import Any

from statefast.marks import sentences

__all__ = ["trimmed"]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_SUFFIX = re.compile(r"(?<=[a-z]-)[0-9a-f]{8}(?=[\"/])")
_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_STATE = (
    "type",
    "id",
    "inputs",
    "outputs",
    "protect",
    "retainOnDelete",
    "importID",
    "provider",
    "parent",
)
_OUTPUTS = ("metadata", "spec", "reclaimPolicy", "allowVolumeExpansion", "deletionPolicy")
_METADATA = ("name", "namespace", "uid")
_STATUS = ("capacity", "phase", "restoreSize")
# Long, or another one at each recording, and of no meaning to the gate.
_LEFT_OUT = ("template", "clusterIP", "clusterIPs")
# Whatever could tell where a preview was made.
_TELLTALE = re.compile(
    r"/(root|home|tmp|work|usr|private)/|127\.0\.0\.1:\d|localhost|BEGIN |token\""
)


def trimmed(document: dict[str, Any]) -> str:
    """The preview as text, the same at each recording as far as the engine does the same.

    Raises:
        ValueError: something of the machine is left in it.
    """
    config = {k: v for k, v in document.get("config", {}).items() if k == "statefast:consent"}
    # By object: the engine takes what does not depend on each other in any order.
    steps = sorted(document.get("steps", ()), key=lambda step: str(step["urn"]))
    kept = {
        **({"config": config} if config else {}),
        "steps": [_step(step) for step in steps],
        "diagnostics": [_diagnostic(item) for item in document.get("diagnostics", ())],
        "changeSummary": document.get("changeSummary"),
    }
    kept = {key: value for key, value in kept.items() if value}
    text = _numbered(json.dumps(kept, indent=1, sort_keys=True)) + "\n"
    if found := _TELLTALE.search(text):
        raise ValueError(f"{found[0]!r} is left in the preview")
    return text


def _step(step: dict[str, Any]) -> dict[str, Any]:
    kept = {k: step[k] for k in ("op", "urn", "diffReasons", "replaceReasons") if step.get(k)}
    for key in ("oldState", "newState"):
        if key in step:
            kept[key] = _state(step[key])
    return kept


def _state(state: dict[str, Any]) -> dict[str, Any]:
    kept = {key: state[key] for key in _STATE if state.get(key)}
    if not state["type"].startswith("kubernetes:"):
        # The root's outputs and a provider's kubeconfig are nobody's business here.
        return {key: kept[key] for key in ("type", "id") if key in kept}
    kept.setdefault("inputs", {})
    if "outputs" in kept:
        kept["outputs"] = _outputs(kept["outputs"])
    return kept


def _outputs(outputs: dict[str, Any]) -> dict[str, Any]:
    kept = {key: outputs[key] for key in _OUTPUTS if outputs.get(key)}
    metadata, status = outputs.get("metadata"), outputs.get("status")
    if isinstance(metadata, dict):
        kept["metadata"] = {key: metadata[key] for key in _METADATA if key in metadata}
    if isinstance(status, dict):
        kept["status"] = {key: status[key] for key in _STATUS if key in status}
    if isinstance(kept.get("spec"), dict):
        kept["spec"] = {k: v for k, v in kept["spec"].items() if k not in _LEFT_OUT}
    return kept


def _diagnostic(item: dict[str, Any]) -> dict[str, Any]:
    # Messages name addresses and files; the gate reads none but those of the program.
    kept = ("urn", "severity", "message") if sentences(item["message"]) else ("urn", "severity")
    return {key: item[key] for key in kept if key in item}


def _numbered(text: str) -> str:
    """Random ids, in the order they come: the first, the second."""
    seen: dict[str, str] = {_UNKNOWN: _UNKNOWN}

    def uuid(match: re.Match[str]) -> str:
        return seen.setdefault(match[0], f"00000000-0000-4000-8000-{len(seen):012d}")

    def suffix(match: re.Match[str]) -> str:
        return seen.setdefault(match[0], f"{len(seen):08d}")

    return _SUFFIX.sub(suffix, _UUID.sub(uuid, text))
