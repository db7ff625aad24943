"""A container of a manifest, in the keys of a workload file; the rest in the form of the API."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .notes import Notes

__all__ = ["Ports", "Process", "read_probes", "read_process"]

Object = Mapping[str, Any]
Keys = dict[str, Any]

_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
_TIMINGS = ("initialDelaySeconds", "periodSeconds", "timeoutSeconds", "failureThreshold")
_HANDLERS = ("exec", "httpGet", "tcpSocket")
_PLACEHOLDERS = ("{host}", "{number}", "{ordinal}")
# Read elsewhere, or always as it is here.
_READ = (
    "name",
    "image",
    "command",
    "args",
    "env",
    "envFrom",
    "resources",
    "ports",
    "volumeMounts",
    "securityContext",
    "restartPolicy",
    *_PROBES,
)
_OF_NODE = ("imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy")


@dataclass(slots=True)
class Ports:
    """The ports of a pod, by name: probes and Services know them by that.

    Attributes:
        numbers: From name to number.
        more: Those that the file cannot say, in the form of the API.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    more: list[Keys] = field(default_factory=list)

    def read(self, given: Sequence[Object]) -> None:
        """Adds the ports of a container."""
        for item in given:
            number = int(item["containerPort"])
            name = self.named(number, str(item.get("name") or ""))
            extra = {
                key: value
                for key, value in item.items()
                if key in ("hostPort", "hostIP") or (key == "protocol" and value != "TCP")
            }
            if extra:
                self.more.append({"name": name, "containerPort": number, **extra})

    def named(self, port: int | str, name: str = "") -> str:
        """The name of a port, which is made where it has none."""
        if isinstance(port, str) and not port.isdecimal():
            return port
        number = int(port)
        known = next((key for key, value in self.numbers.items() if value == number), "")
        if known:
            return known
        made = name or f"port-{number}"
        self.numbers[made] = number
        return made


@dataclass(slots=True)
class Process:
    """What one container is.

    Attributes:
        keys: What a workload file says of it.
        rest: What only the form of the API can say.
    """

    keys: Keys = field(default_factory=dict)
    rest: Keys = field(default_factory=dict)


def read_process(where: str, given: Object, notes: Notes) -> Process:
    """The process of a container and its environment; no mounts, ports or probes."""
    made = Process()
    made.keys["image"] = str(given.get("image") or "")
    for key in ("command", "args"):
        if given.get(key):
            made.keys[key] = [str(item) for item in given[key]]
    _environment(where, given, made, notes)
    _resources(given, made)
    context = given.get("securityContext")
    if context:
        made.rest["securityContext"] = dict(context)
    for key in given:
        if key in _OF_NODE:
            continue
        if key not in _READ:
            made.rest[key] = given[key]
    return made


def _environment(where: str, given: Object, made: Process, notes: Notes) -> None:
    plain: dict[str, str] = {}
    env: Keys = {}
    rest: list[Object] = []
    for item in given.get("env") or ():
        name = str(item["name"])
        if "valueFrom" not in item:
            text = str(item.get("value") if item.get("value") is not None else "")
            for other, value in plain.items():
                text = text.replace(f"$({other})", value)
            plain[name] = text
            env[name] = _text(text)
            continue
        source = _source(item["valueFrom"])
        if source is None:
            rest.append(item)
        else:
            env[name] = source
    if env:
        made.keys["env"] = env
    if rest:
        made.rest["env"] = rest
    later: list[Keys] = []
    for item in given.get("envFrom") or ():
        kind = "secret" if "secretRef" in item else "configMap"
        reference = item.get(f"{kind}Ref") or {}
        if reference.get("optional"):
            made.rest.setdefault("envFrom", []).append(item)
            continue
        entry = {kind: str(reference.get("name"))}
        if item.get("prefix"):
            entry["prefix"] = str(item["prefix"])
        later.append(entry)
    if later:
        if "envFrom" in made.rest:
            notes.todo(where, "envFrom: what is optional stands in pod, and replaces the others")
        made.keys["envFrom"] = later


def _text(value: str) -> object:
    """Braces that a workload file would fill in are said to be meant."""
    if any(it in value for it in _PLACEHOLDERS):
        return {"single": value, "several": value}
    return value


def _source(given: Object) -> Keys | None:
    for kind, key in (("secret", "secretKeyRef"), ("configMap", "configMapKeyRef")):
        reference = given.get(key)
        if reference and not reference.get("optional"):
            return {kind: str(reference["name"]), "key": str(reference["key"])}
    if "fieldRef" in given:
        return {"podField": str(given["fieldRef"]["fieldPath"])}
    return None


def _resources(given: Object, made: Process) -> None:
    resources = given.get("resources") or {}
    said = {
        kind: {name: str(value) for name, value in resources[kind].items()}
        for kind in ("requests", "limits")
        if resources.get(kind)
    }
    if said:
        made.keys["resources"] = said


def read_probes(given: Object, ports: Ports) -> tuple[Keys, Keys]:
    """The probes of a container: as a workload file says them, and those it cannot say."""
    said: Keys = {}
    rest: Keys = {}
    for key in _PROBES:
        probe = given.get(key)
        if not probe:
            continue
        read = _probe(probe, ports)
        if read is None:
            rest[key] = probe
        else:
            said[key] = read
    return said, rest


def _probe(probe: Object, ports: Ports) -> Keys | None:
    if set(probe) - {*_HANDLERS, *_TIMINGS, "successThreshold"}:
        return None
    if probe.get("successThreshold", 1) != 1:
        return None
    said: Keys = {}
    http, tcp = probe.get("httpGet"), probe.get("tcpSocket")
    if probe.get("exec"):
        said["command"] = [str(item) for item in probe["exec"]["command"]]
    elif http:
        plain = str(http.get("scheme") or "HTTP").upper() == "HTTP"
        if not plain or set(http) - {"path", "port", "scheme"}:
            return None
        said["port"] = ports.named(http["port"])
        said["httpPath"] = str(http.get("path") or "/")
    elif tcp:
        if tcp.get("host"):
            return None
        said["port"] = ports.named(tcp["port"])
    else:
        return None
    # Kubernetes takes 0 for the default of what cannot be 0.
    for key in _TIMINGS:
        if probe.get(key):
            said[key] = int(probe[key])
    return said
