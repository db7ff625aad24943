"""What lives, as workload files and the config of a stack that keep every object what it is."""

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from statefast.schema.kubernetes import claims_mounted
from statefast.schema.labels import MANAGED_BY, PREFIX
from statefast.schema.quantity import storage_bytes

from ..api import Object
from ..convert.given import Converted
from ..convert.kept import selects
from ..convert.live import LiveConversion, LiveSurroundings
from ..convert.manifests import Manifest
from ..convert.notes import Notes
from ..convert.whole import Program
from ..convert.workload import convert_workload
from .hands import hands_of
from .live import Live, of_template, written

__all__ = ["Made", "make"]

_SOURCES = {
    "secretKeyRef": "Secret",
    "secretRef": "Secret",
    "configMapKeyRef": "ConfigMap",
    "configMapRef": "ConfigMap",
}

# Annotations of whoever made an object, and of its controller.
_MAKERS = (
    "kubectl.kubernetes.io/",
    "meta.helm.sh/",
    "deployment.kubernetes.io/",
    "statefast/",
    "pulumi.com/",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What adoption would write.

    Attributes:
        program: The workload files and the config.
        in_the_way: One sentence each.
        claims: By workload, its claims.
        workloads: What was read, as `<kind> <name>`.
        beyond: Claims of ordinals that do not run.
    """

    program: Program
    in_the_way: Sequence[str] = ()
    claims: Mapping[str, Sequence[str]] = field(default_factory=dict)
    workloads: Collection[str] = ()
    beyond: Collection[str] = ()


def make(live: Live, names: Sequence[str], known: Collection[str] = ()) -> Made:
    """Reads the workloads of a namespace into the files of a program.

    Args:
        live: What lives.
        names: Of the workloads; all that own a volume where none is given.
        known: Those of which config speaks already: they are what it says.
    """
    all_notes, all_wrong = Notes(), list[str]()
    around = _around(live)
    workloads: list[Converted] = []
    claims: dict[str, Sequence[str]] = {}
    mine, beyond = set[str](), set[str]()
    for given in live.workloads:
        name = given["metadata"]["name"]
        if names and name not in names:
            continue
        own = _claims_of(live, given)
        notes, wrong = (Notes(), []) if name in known else (all_notes, all_wrong)
        try:
            made = convert_workload(_sized(written(given), own), around, notes, LiveConversion)
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            wrong.append(f"{given['kind']} {name} is in a form that is not understood: {error}")
            continue
        if made is None:
            continue
        mine.add(f"{given['kind']} {name}")
        if (stack := hands_of(given).stack) and name not in known:
            wrong.append(
                f"{given['kind']} {name} is of stack {stack}, a stack of this program: copy"
                f" statefast:workloads.{name} of its config, and workloads/*.yaml with it, instead"
                " of what would be read off the objects; then run this again"
            )
            workloads.append(made)
            continue
        wrong += [f"{given['kind']} {name}: {why}" for why in made.lost]
        if any(it.name == name for it in workloads):
            wrong.append(
                f"StatefulSet {name} and Deployment {name} have one name, and a stack makes one"
                " Service for both: name one of them, in a stack of its own"
            )
            continue
        workloads.append(made)
        of_none = set(_beyond(given, own))
        beyond |= of_none
        claims[name] = [
            it["metadata"]["name"] for it in own if it["metadata"]["name"] not in of_none
        ]
        _note_object(given, made, notes)
        wrong += _deselected(live, given, made)
    there = {it["metadata"]["name"] for it in live.workloads}
    all_wrong += [
        f"no StatefulSet or Deployment {name} is in namespace {live.namespace}"
        for name in names
        if name not in there
    ]
    stays = [needed for it in workloads for needed in it.needs]
    stays += [
        needed
        for it in live.workloads
        if f"{it['kind']} {it['metadata']['name']}" in mine
        for needed in _named(it["spec"]["template"]["spec"])
    ]
    program = Program(
        workloads=workloads,
        namespace=live.namespace,
        stays=list(dict.fromkeys(stays)),
        notes=all_notes,
    )
    return Made(program=program, in_the_way=all_wrong, claims=claims, workloads=mine, beyond=beyond)


def _around(live: Live) -> LiveSurroundings:
    return LiveSurroundings(
        services=[written(it) for it in live.services],
        claims={it["metadata"]["name"]: written(it) for it in live.claims},
        scaled=frozenset(_scaled(live.scalers)),
        budgets=[written(it) for it in live.budgets],
        pods={
            f"{it['kind']} {it['metadata']['name']}": _pod_labels(it)
            for it in (*live.workloads, *live.others)
        },
    )


def _named(pod: object) -> Iterator[str]:
    """The Secrets and ConfigMaps that variables come from."""
    if isinstance(pod, Mapping):
        for key, value in pod.items():
            if key in _SOURCES:
                yield f"{_SOURCES[key]} {value.get('name')}"
            yield from _named(value)
    elif isinstance(pod, list):
        for it in pod:
            yield from _named(it)


def _scaled(scalers: Sequence[Object]) -> Iterator[str]:
    for it in scalers:
        target = it["spec"].get("scaleTargetRef") or {}
        yield f"{target.get('kind')} {target.get('name')}"


def _pod_labels(workload: Object) -> Mapping[str, str]:
    if workload["kind"] == "Pod":
        return workload["metadata"].get("labels") or {}
    spec = (workload["spec"].get("jobTemplate") or workload)["spec"]
    labels: Mapping[str, str] = (spec["template"].get("metadata") or {}).get("labels") or {}
    return labels


def _claims_of(live: Live, workload: Object) -> list[Object]:
    mounted = set(claims_mounted((workload["spec"].get("template") or {}).get("spec") or {}))
    return [
        it
        for it in live.claims
        if it["metadata"]["name"] in mounted or of_template(workload, it["metadata"]["name"])
    ]


def _beyond(workload: Object, claims: Sequence[Object]) -> Iterator[str]:
    """The claims of a set, of ordinals that it does not run: no `up` looks after them."""
    spec = workload["spec"]
    if workload["kind"] != "StatefulSet":
        return
    first = int((spec.get("ordinals") or {}).get("start") or 0)
    runs = range(first, first + int(1 if spec.get("replicas") is None else spec["replicas"]))
    for it in claims:
        name = it["metadata"]["name"]
        if of_template(workload, name) and int(name.rpartition("-")[2]) not in runs:
            yield name


def _sized(given: Manifest, claims: Sequence[Object]) -> Manifest:
    """A set whose templates ask for what the smallest of its claims asks for: none is to grow."""
    body = copy.deepcopy(dict(given.body))
    for template in body["spec"].get("volumeClaimTemplates") or ():
        begin = f"{template['metadata']['name']}-{given.name}-"
        asked = [
            it["spec"]["resources"]["requests"]["storage"]
            for it in claims
            if it["metadata"]["name"].startswith(begin)
        ]
        if asked:
            least = min(asked, key=lambda it: storage_bytes(given.where, "size", it))
            template["spec"]["resources"]["requests"]["storage"] = least
    return Manifest(body)


def _note_object(given: Object, made: Converted, notes: Notes) -> None:
    """What the object says of itself, beside its pods, and a stack does not."""
    where, metadata = f"{given['kind']} {made.name}", given["metadata"]
    annotations = [key for key in metadata.get("annotations") or () if not key.startswith(_MAKERS)]
    kept = {*made.config.get("labels", {}), *made.config.get("selector", {})}
    labels = [
        key
        for key in metadata.get("labels") or ()
        if key not in kept and not key.startswith((f"{PREFIX}/", "helm.sh/"))
    ]
    for kind, keys in (("annotation", annotations), ("label", labels)):
        for key in sorted(keys):
            notes.dropped(where, f"{kind} {key} of the object itself: no key says it")


def _deselected(live: Live, given: Object, made: Converted) -> Iterator[str]:
    """Who selects the pods now, and would not any more, or the other way round."""
    name, where = made.name, f"{given['kind']} {made.name}"
    before = _pod_labels(given)
    after = {
        **made.config.get("labels", {}),
        f"{PREFIX}/name": name,
        f"{PREFIX}/instance": name,
        f"{PREFIX}/component": made.file.get("component", "server"),
        f"{PREFIX}/managed-by": MANAGED_BY,
        f"{PREFIX}/part-of": made.config.get("partOf", "statefast"),
        **made.config.get("selector", {}),
    }
    for it in (*live.services, *live.budgets, *live.policies):
        spec = it["spec"]
        chosen = spec.get("selector") or (spec.get("podSelector") or {})
        chosen = chosen.get("matchLabels", chosen if it["kind"] == "Service" else {})
        if selects(chosen, before) is not selects(chosen, after):
            word = "selects" if selects(chosen, before) else "does not select"
            text = ", ".join(f"{key}={value}" for key, value in sorted(chosen.items()))
            yield (
                f"{it['kind']} {it['metadata']['name']} {word} the pods of {where} by {text}, and"
                " that would change: select them by the labels of its own selector first"
            )
