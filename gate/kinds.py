"""What kinds of objects have to do with data, so that no kind is harmless for want of a rule."""

from .urn import Kind

__all__ = ["holds_nothing", "is_native", "keeps_data"]

# API groups of Kubernetes itself, none of whose kinds holds data of applications.
_HOLDS_NOTHING = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiregistration.k8s.io",
        "auditregistration.k8s.io",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "meta",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "settings.k8s.io",
    }
)
# Of the groups that hold some, the kinds that do not.
_HOLD_NOTHING = frozenset(
    {
        "apps/ControllerRevision",
        "core/Binding",
        "core/ConfigMap",
        "core/Endpoints",
        "core/Event",
        "core/LimitRange",
        "core/Node",
        "core/PodTemplate",
        "core/ResourceQuota",
        "core/Secret",
        "core/Service",
        "core/ServiceAccount",
        "extensions/Ingress",
        "extensions/NetworkPolicy",
        "extensions/PodSecurityPolicy",
        "storage.k8s.io/CSIDriver",
        "storage.k8s.io/CSINode",
        "storage.k8s.io/CSIStorageCapacity",
        "storage.k8s.io/VolumeAttachment",
        "storage.k8s.io/VolumeAttributesClass",
        # Components: what they are made of is shown one by one.
        "helm.sh/Chart",
        "kustomize/Directory",
        "yaml/ConfigFile",
        "yaml/ConfigGroup",
        # Of widespread extensions.
        "bitnami.com/SealedSecret",
        "monitoring.coreos.com/AlertmanagerConfig",
        "monitoring.coreos.com/PodMonitor",
        "monitoring.coreos.com/Probe",
        "monitoring.coreos.com/PrometheusRule",
        "monitoring.coreos.com/ScrapeConfig",
        "monitoring.coreos.com/ServiceMonitor",
    }
)
_NATIVE = _HOLDS_NOTHING | {
    "apiextensions.k8s.io",
    "apps",
    "batch",
    "core",
    "extensions",
    "groupsnapshot.storage.k8s.io",
    "helm.sh",
    "kustomize",
    "pulumi",
    "snapshot.storage.k8s.io",
    "storage.k8s.io",
    "yaml",
}
# Extensions that hold no data, whatever their kinds; each with the groups below it.
_EXTENSIONS_WITHOUT_DATA = (
    "acme.cert-manager.io",
    "autoscaling.k8s.io",
    "cert-manager.io",
    "cilium.io",
    "crd.projectcalico.org",
    "external-secrets.io",
    "externaldns.k8s.io",
    "gateway.networking.k8s.io",
    "istio.io",
    "kyverno.io",
    "linkerd.io",
    "metallb.io",
    "projectcontour.io",
    "secrets-store.csi.x-k8s.io",
    "traefik.containo.us",
    "traefik.io",
)
# Operators whose objects are databases, queues, stores or volumes; each with the groups below it.
_EXTENSIONS_WITH_DATA = (
    "acid.zalan.do",
    "altinity.com",
    "apps.kruise.io",
    "cdi.kubevirt.io",
    "ceph.rook.io",
    "cockroachlabs.com",
    "confluent.io",
    "couchbase.com",
    "crunchydata.com",
    "datastax.com",
    "databases.spotahome.com",
    "dragonflydb.io",
    "k8s.elastic.co",
    "hazelcast.com",
    "k8ssandra.io",
    "kafka.strimzi.io",
    "kubevirt.io",
    "linstor.csi.linbit.com",
    "loki.grafana.com",
    "longhorn.io",
    "mariadb.com",
    "milvus.io",
    "min.io",
    "mongodb.com",
    "monitoring.coreos.com",
    "mysql.oracle.com",
    "nats.io",
    "neo4j.com",
    "openebs.io",
    "opensearch.opster.io",
    "opstreelabs.in",
    "percona.com",
    "piraeus.io",
    "pingcap.com",
    "planetscale.com",
    "postgresql.cnpg.io",
    "pravega.io",
    "rabbitmq.com",
    "scylladb.com",
    "solr.apache.org",
    "stackable.tech",
    "topolvm.cybozu.com",
    "topolvm.io",
    "velero.io",
    "volsync.backube",
)


def is_native(kind: Kind) -> bool:
    """Whether the kind is of Kubernetes, of its snapshots, or of Pulumi itself."""
    return kind.group in _NATIVE


def holds_nothing(kind: Kind) -> bool:
    """Whether objects of the kind are known to hold no data, and to take none along."""
    return (
        kind.group in _HOLDS_NOTHING
        or f"{kind.group}/{kind.name}" in _HOLD_NOTHING
        or _is_of(kind.group, _EXTENSIONS_WITHOUT_DATA)
    )


def keeps_data(group: str) -> bool:
    """Whether an operator of this API group is known to make volumes for its objects."""
    return _is_of(group, _EXTENSIONS_WITH_DATA)


def _is_of(group: str, families: tuple[str, ...]) -> bool:
    return any(group == family or group.endswith(f".{family}") for family in families)
