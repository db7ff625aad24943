"""The table of what is built here: every program, its source, its version stamp."""

from dataclasses import dataclass

KUBERNETES = "1.36.4"
PULUMI = "3.259.0"
PROVIDER = "4.18.2"


@dataclass(frozen=True)
class ModuleFile:
    """A file of a Go module that the module cache holds after a download."""

    module: str
    path: str
    name: str


@dataclass(frozen=True)
class Part:
    """One thing to build: a program, or a set of files when it has no package."""

    name: str
    folder: str
    package: str = ""
    tags: str = ""
    stamps: tuple[str, ...] = ()
    files: tuple[ModuleFile, ...] = ()
    purpose: str = "the local cluster"


def _kubernetes_stamps() -> tuple[str, ...]:
    # Without these the server calls itself v0.0.0-master and clients take it for an ancient one.
    major, minor, _ = KUBERNETES.split(".")
    values = {
        "gitVersion": f"v{KUBERNETES}",
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "gitCommit": "0" * 40,
        "buildDate": "2026-01-01T00:00:00Z",
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return tuple(
        f"{package}.{key}={value}" for package in packages for key, value in values.items()
    )


def _kubernetes(name: str) -> Part:
    return Part(name, "kube", f"k8s.io/kubernetes/cmd/{name}", stamps=_kubernetes_stamps())


_CSI = "github.com/kubernetes-csi"
_CRDS = f"{_CSI}/external-snapshotter/client/v8"
# By the first part of their API group.
SNAPSHOT_KINDS = {
    "snapshot": ("volumesnapshots", "volumesnapshotclasses", "volumesnapshotcontents"),
    "groupsnapshot": (
        "volumegroupsnapshots",
        "volumegroupsnapshotclasses",
        "volumegroupsnapshotcontents",
    ),
}
_KWOK = "sigs.k8s.io/kwok"
_PROVIDER = "github.com/pulumi/pulumi-kubernetes/provider/v4"
_STAGES = (
    "node/fast/node-initialize",
    "node/heartbeat-with-lease/node-heartbeat-with-lease",
    "pod/fast/pod-ready",
    "pod/fast/pod-complete",
    "pod/fast/pod-delete",
)

ASSETS = Part(
    "assets",
    "sim",
    files=(
        *(
            ModuleFile(_CRDS, f"config/crd/{group}.storage.k8s.io_{kind}.yaml", f"crd-{kind}.yaml")
            for group, kinds in SNAPSHOT_KINDS.items()
            for kind in kinds
        ),
        *(
            ModuleFile(_KWOK, f"kustomize/stage/{path}.yaml", f"stage-{path.split('/')[-1]}.yaml")
            for path in _STAGES
        ),
    ),
)

CLUSTER_PARTS = (
    Part("etcd", "kube", "go.etcd.io/etcd/server/v3"),
    _kubernetes("kube-apiserver"),
    _kubernetes("kube-controller-manager"),
    _kubernetes("kube-scheduler"),
    ASSETS,
    Part("csidriver", "sim", "./csidriver"),
    Part("kwok", "sim", f"{_KWOK}/cmd/kwok"),
    Part("csi-provisioner", "sim", f"{_CSI}/external-provisioner/v6/cmd/csi-provisioner"),
    Part("csi-resizer", "sim", f"{_CSI}/external-resizer/v2/cmd/csi-resizer"),
    Part("csi-snapshotter", "sim", f"{_CSI}/external-snapshotter/v8/cmd/csi-snapshotter"),
    Part("snapshot-controller", "sim", f"{_CSI}/external-snapshotter/v8/cmd/snapshot-controller"),
)

# What a node that runs pods is made of. Built where one is asked for; a module of its own for each
# kind of source, so that no other part is built anew because of them.
REAL_PARTS = (
    Part(
        "kubelet",
        "kubelet",
        "k8s.io/kubernetes/cmd/kubelet",
        stamps=_kubernetes_stamps(),
        purpose="the real node",
    ),
    Part("nodelink", "node", "./nodelink", purpose="the real node"),
    Part("csinode", "node", "./csinode", purpose="the real node"),
    Part("pause", "node", "./pause", purpose="the real node"),
)

PULUMI_CLI = Part(
    "pulumi",
    "pulumi",
    "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    tags="osusergo,grpcnotrace",
    stamps=(f"github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{PULUMI}",),
    purpose="the Pulumi CLI, as there is none on PATH",
)

KUBERNETES_PROVIDER = Part(
    "pulumi-resource-kubernetes",
    "provider",
    ".",
    stamps=(f"{_PROVIDER}/pkg/version.Version={PROVIDER}",),
    files=(ModuleFile(_PROVIDER, "cmd/pulumi-resource-kubernetes/schema.json", "schema.json"),),
    purpose="Pulumi's Kubernetes provider, as there is none on this machine",
)
