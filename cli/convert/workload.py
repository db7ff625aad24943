"""A StatefulSet or Deployment of a manifest, as a workload file and the config of a stack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from statefast.schema.labels import PREFIX
from statefast.schema.names import headless_name

from .claims import Claims, claims_of
from .given import Converted, Surroundings
from .manifests import Manifest
from .notes import Notes
from .placement import read_scheduling
from .process import Ports, read_probes, read_process
from .security import User, beyond, only_hands_over, read_user
from .services import offered
from .volumes import Mounts, read_mounts

__all__ = ["Conversion", "convert_workload"]

Object = Mapping[str, Any]
Keys = dict[str, Any]

_LABELS_OF_OTHERS = ("helm.sh/chart", "pod-template-hash", "heritage", "chart", "release")
_PROMETHEUS = "prometheus.io/"
_READ_OF_POD = (
    "containers",
    "initContainers",
    "volumes",
    "nodeSelector",
    "tolerations",
    "priorityClassName",
    "affinity",
    "topologySpreadConstraints",
    "securityContext",
    "serviceAccountName",
    "imagePullSecrets",
    "terminationGracePeriodSeconds",
    "automountServiceAccountToken",
    "enableServiceLinks",
)
# What every pod has that says nothing else.
_DEFAULTS: Object = {"restartPolicy": "Always", "dnsPolicy": "ClusterFirst"}
_QUORUMS = ("zookeeper", "etcd", "consul")


def convert_workload(
    given: Manifest,
    around: Surroundings,
    notes: Notes,
    conversion: "type[Conversion] | None" = None,
) -> Converted | None:
    """What runs here, and how; None for what owns no data.

    Args:
        given: A StatefulSet or Deployment of `apps/v1`.
        around: The objects beside it.
        notes: What is told.
        conversion: How. Default: as a manifest, of which everything is made anew.
    """
    how = conversion or Conversion
    pod = (given.spec.get("template") or {}).get("spec") or {}
    found = claims_of(given, pod, around.claims, notes)
    if not found.names:
        notes.dropped(given.where, "owns no volume: nothing here is about it")
        return None
    main = _main(pod, found.names)
    names, maps = found.names, around.config_maps
    mounts = read_mounts(given.where, pod, main, names, maps, notes, as_it_is=how.as_it_is)
    return how(given, around, notes, pod, main, found, mounts).done()


def _main(pod: Object, data: Object) -> str:
    """The container that the data belongs to: the first that mounts it."""
    containers = list(pod["containers"])
    for container in containers:
        if any(str(mount["name"]) in data for mount in container.get("volumeMounts") or ()):
            return str(container["name"])
    return str(containers[0]["name"])


@dataclass
class Conversion:
    """One workload on its way; everything of it is made anew, on the claims there are.

    Attributes:
        as_it_is: Whether files and empty folders keep the form of the API.
    """

    as_it_is: ClassVar[bool] = False

    given: Manifest
    around: Surroundings
    notes: Notes
    pod: Object
    main: str
    claims: Claims
    mounts: Mounts
    ports: Ports = field(default_factory=Ports)
    file: Keys = field(default_factory=dict)
    config: Keys = field(default_factory=dict)
    override: Keys = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)

    def done(self) -> Converted:
        """All of it."""
        self._container()
        self._beside()
        self._ports()
        self._volumes()
        self._pod()
        self._rollout()
        self._labels()
        self._annotations()
        if self.override:
            self.config["pod"] = self.override
        return Converted(
            name=self.given.name,
            file=self.file,
            config=self.config,
            claims=tuple(self.claims.owned),
            needs=tuple(dict.fromkeys(self.mounts.needs)),
            lost=tuple(self.lost),
        )

    @property
    def where(self) -> str:
        """What a note calls it."""
        return self.given.where

    @property
    def _metadata(self) -> Object:
        """Of the pods."""
        return (self.given.spec.get("template") or {}).get("metadata") or {}

    @property
    def _pod_labels(self) -> Object:
        return self._metadata.get("labels") or {}

    def _of(self, key: str) -> list[Object]:
        return [it for it in self.pod.get(key) or () if str(it["name"]) != self.main]

    def _container(self) -> None:
        given = next(it for it in self.pod["containers"] if str(it["name"]) == self.main)
        self.ports.read(given.get("ports") or ())
        made = read_process(self.where, given, self.notes)
        probes, rest = read_probes(given, self.ports)
        self.file |= {**made.keys, **probes}
        if self.mounts.files:
            self.file["configFiles"] = self.mounts.files
        if self.mounts.empty:
            self.file["emptyDirs"] = self.mounts.empty
        # The container has the name of the workload here.
        own = {**made.rest, **rest}
        if self.mounts.rest.get(self.main):
            own["volumeMounts"] = self.mounts.rest[self.main]
        context = dict(own.pop("securityContext", {}))
        if context.pop("readOnlyRootFilesystem", False):
            self.file["readOnlyRootFilesystem"] = True
        user = self._user(self.pod.get("securityContext") or {}, context)
        if user.user is not None:
            self.file["runAsUser"] = user.user
        if user.pod:
            self.override["securityContext"] = user.pod
        if user.container:
            own["securityContext"] = user.container
        if own:
            self.override["containers"] = [{"name": self.given.name, **own}]
        if any(word in str(given.get("image")) for word in _QUORUMS):
            self.file["quorum"] = True
            self.notes.changed(self.where, "is taken for a quorum: members come and go by one")

    def _user(self, of_pod: Object, context: Object) -> User:
        return read_user(self.where, of_pod, context, self.notes)

    def _context(self, context: Object) -> Keys:
        """That of a container beside the main one."""
        return beyond(context)

    def _needless(self, given: Object) -> bool:
        """Whether an init container does what is done anyway."""
        return only_hands_over(given)

    def _beside(self) -> None:
        for key, ours in (("containers", "sidecars"), ("initContainers", "initContainers")):
            for given in self._of(key):
                if key == "initContainers" and self._needless(given):
                    self.notes.dropped(
                        self.where,
                        f"init container {given['name']}: fsGroup gives the files to the process",
                    )
                    continue
                # A sidecar of today is an init container that is started again.
                kind = "sidecars" if given.get("restartPolicy") == "Always" else ours
                self._side(given, kind)

    def _side(self, given: Object, kind: str) -> None:
        name = str(given["name"])
        made = read_process(self.where, given, self.notes)
        said, rest = made.keys, made.rest
        if kind == "sidecars":
            own = Ports()
            own.read(given.get("ports") or ())
            probes, others = read_probes(given, own)
            said, rest = {**said, **probes}, {**rest, **others}
            if own.numbers:
                said["ports"] = [
                    {"name": port, "port": number, "service": "none"}
                    for port, number in own.numbers.items()
                ]
            if own.more:
                rest["ports"] = own.more
        if name in self.mounts.beside:
            said["mounts"] = self.mounts.beside[name]
        if name in self.mounts.rest:
            rest["volumeMounts"] = self.mounts.rest[name]
        context = dict(rest.pop("securityContext", {}))
        if extra := self._context(context):
            rest["securityContext"] = extra
        if rest:
            self.override.setdefault("initContainers", []).append({"name": name, **rest})
        self.file.setdefault(kind, []).append({"name": name, **said})

    def _offered(self) -> Mapping[str, str]:
        """From the name of a port to the Service that offers it."""
        name, set_service = self.given.name, str(self.given.spec.get("serviceName") or "")
        names = [set_service]
        if self.given.kind == "Deployment":
            services = self.around.services
            names = [it.name for it in services if it.spec.get("clusterIP") == "None"]
        begin = f"{name}-"
        suffix = next((it.removeprefix(begin) for it in names if it.startswith(begin)), "")
        headless = headless_name(name, suffix or "headless")
        if suffix and suffix != "headless":
            self.file["headlessSuffix"] = suffix
        elif set_service and not suffix:
            self.notes.todo(
                self.where,
                f"serviceName {set_service} is {headless} from now on: correct the names of peers"
                f" that are said by {set_service} in variables, arguments and files",
            )
        return offered(
            name, self._pod_labels, headless, self.around.services, self.ports, self.notes
        )

    def _ports(self) -> None:
        found = self._offered()
        if self.ports.numbers:
            self.file["ports"] = [
                {"name": port, "port": number, "service": found.get(port, "none")}
                for port, number in self.ports.numbers.items()
            ]
        if self.ports.more:
            containers = self.override.setdefault("containers", [{"name": self.given.name}])
            containers[0]["ports"] = self.ports.more

    def _volumes(self) -> None:
        storage: Keys = {}
        listed = []
        for volume, claim in self.claims.names.items():
            mount = self.mounts.data.get(volume)
            if mount is None:
                self._unsaid(f"volume {volume} is mounted by no container of its own: left out")
                continue
            role = claim.removeprefix(f"{self.given.name}-")
            listed.append({"name": role, **mount})
            storage[role] = self._storage(volume, claim, role)
        self.file["volumes"] = listed
        self.config["storage"] = {"volumes": storage}
        if self.mounts.volumes:
            self.override["volumes"] = list(self.mounts.volumes.values())

    def _storage(self, volume: str, claim: str, role: str) -> Keys:
        if volume not in self.claims.specs:
            return {"existingClaim": claim}
        spec = self.claims.specs[volume]
        said: Keys = {}
        if claim != f"{self.given.name}-{role}":
            said["claimName"] = claim
        size = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
        said["size"] = str(size)
        modes = list(spec.get("accessModes") or ())
        if modes and modes != ["ReadWriteOnce"]:
            said["accessModes"] = modes
        if spec.get("storageClassName"):
            said["storageClassName"] = str(spec["storageClassName"])
        if spec.get("volumeMode", "Filesystem") != "Filesystem":
            self._unsaid(f"volume {volume} is a raw device, which no workload has")
        for key in ("dataSource", "dataSourceRef", "selector", "volumeName"):
            if spec.get(key):
                self.notes.dropped(self.where, f"{key} of {volume}: it is for a claim to be made")
        return said

    def _unsaid(self, text: str) -> None:
        """What of its data no key says."""
        self.notes.todo(self.where, text)

    def _pod(self) -> None:
        scheduling, rest = read_scheduling(self.pod, self._pod_labels)
        if scheduling:
            self.config["scheduling"] = scheduling
        self.override |= rest
        seconds = self.pod.get("terminationGracePeriodSeconds")
        if seconds is not None and seconds != 30:
            self.file["terminationGracePeriodSeconds"] = seconds
        account = self.pod.get("serviceAccountName")
        if account and account != "default":
            self.config["serviceAccountName"] = str(account)
            self.mounts.needs.append(f"ServiceAccount {account}")
        if self.pod.get("imagePullSecrets"):
            names = [str(it["name"]) for it in self.pod["imagePullSecrets"]]
            self.config["imagePullSecrets"] = names
            self.mounts.needs += [f"Secret {it}" for it in names]
        for key, value in self.pod.items():
            said = value not in (None, [], {}) and _DEFAULTS.get(key) != value
            if said and key not in _READ_OF_POD:
                self.override[key] = value

    def _rollout(self) -> None:
        spec = self.given.spec
        self.config |= {
            "pattern": "stateful-set" if self.given.kind == "StatefulSet" else "deployment",
            "replicas": int(1 if spec.get("replicas") is None else spec["replicas"]),
        }
        if f"{self.given.kind} {self.given.name}" in self.around.scaled:
            self.config["autoscaled"] = True
        if spec.get("minReadySeconds"):
            self.config["minReadySeconds"] = int(spec["minReadySeconds"])
        if self.given.kind != "StatefulSet":
            if (spec.get("strategy") or {}).get("type", "RollingUpdate") != "Recreate":
                self.notes.changed(
                    self.where, "strategy is Recreate: two pods must not write to one volume"
                )
            return
        self.config["podManagementPolicy"] = spec.get("podManagementPolicy") or "OrderedReady"
        strategy = spec.get("updateStrategy") or {}
        partition = (strategy.get("rollingUpdate") or {}).get("partition")
        if strategy.get("type") == "OnDelete":
            self.config["updateStrategy"] = {"type": "OnDelete"}
        elif partition:
            self.config["updateStrategy"] = {"partition": int(partition)}
        if (spec.get("ordinals") or {}).get("start"):
            self.config["firstOrdinal"] = int(spec["ordinals"]["start"])
        policy = spec.get("persistentVolumeClaimRetentionPolicy") or {}
        if "Delete" in policy.values():
            self.notes.changed(self.where, "claims outlive their set: nothing deletes them")

    def _labels(self) -> None:
        labels = {
            str(key): str(value)
            for key, value in self._pod_labels.items()
            if not key.startswith(PREFIX) and key not in _LABELS_OF_OTHERS
        }
        if labels:
            self.config["labels"] = labels
        self.notes.changed(
            self.where,
            "its pods are selected by app.kubernetes.io/name and instance, which is immutable: the"
            f" {self.given.kind} is made anew, on the claims that are there",
        )

    def _annotations(self) -> None:
        given = self._metadata.get("annotations") or {}
        annotations = {str(key): str(value) for key, value in given.items()}
        self._metrics(annotations)
        kept = {key: value for key, value in annotations.items() if "checksum" not in key}
        if kept:
            self.config["podAnnotations"] = kept

    def _metrics(self, annotations: dict[str, str]) -> None:
        """Takes what Prometheus reads out of the annotations of the pods."""
        given = {
            key.removeprefix(_PROMETHEUS): annotations.pop(key)
            for key in list(annotations)
            if key.startswith(_PROMETHEUS)
        }
        if given.get("scrape") != "true" or not given.get("port", "").isdecimal():
            return
        port = self.ports.named(given["port"], "metrics")
        self.file["metrics"] = {"port": port}
        if given.get("path", "/metrics") != "/metrics":
            self.file["metrics"]["path"] = given["path"]
        if port not in [it["name"] for it in self.file.get("ports", ())]:
            listed = self.file.setdefault("ports", [])
            listed.append({"name": port, "port": int(given["port"]), "service": "none"})
