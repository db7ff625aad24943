"""What others have made: the objects that tests of `adopt` take over."""

import base64
import gzip
import json
from typing import Any

import yaml

from .conftest import Config, Deployment

PASSWORD = "correct horse battery"


def stateful_set(
    place: Deployment, name: str, service: str, selector: Config, image: str
) -> Config:
    mount = {"name": "data", "mountPath": "/var/lib/data"}
    main = {
        "name": "main",
        "image": image,
        "env": [
            {"name": "DATA", "value": "/var/lib/data/db"},
            {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": name, "key": "password"}}},
        ],
        "ports": [{"name": "db", "containerPort": 5432}],
        "volumeMounts": [mount, {"name": "tmp", "mountPath": "/scratch"}],
        "readinessProbe": {"tcpSocket": {"port": "db"}},
    }
    beside = {"name": "metrics", "image": "exporter:1.0", "ports": [{"containerPort": 9187}]}
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": f"rbd-{place.name}",
        "resources": {"requests": {"storage": "1Gi"}},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": name},
        "spec": {
            "replicas": 2,
            "serviceName": service,
            "selector": {"matchLabels": selector},
            "template": {
                "metadata": {"labels": selector, "annotations": {"team": "data"}},
                "spec": {
                    "containers": [main, beside],
                    "volumes": [{"name": "tmp", "emptyDir": {}}],
                    "securityContext": {"fsGroup": 999},
                },
            },
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
        },
    }


def service(name: str, selector: Config, **spec: Any) -> Config:
    ports = [{"name": "db", "port": 5432, "targetPort": 5432}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": selector, "ports": ports, **spec},
    }


def secret(name: str) -> Config:
    data = {"password": base64.b64encode(PASSWORD.encode()).decode()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": data}


def record(release: str, objects: list[Config], version: int) -> Config:
    """The record of a revision, as Helm writes it."""
    manifest = "\n---\n".join(yaml.safe_dump(it) for it in objects)
    said = {"name": release, "info": {"status": "deployed"}, "manifest": manifest}
    packed = base64.b64encode(gzip.compress(json.dumps(said).encode()))
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "helm.sh/release.v1",
        "metadata": {
            "name": f"sh.helm.release.v1.{release}.v{version}",
            "labels": {"name": release, "owner": "helm", "version": str(version)},
        },
        "data": {"release": base64.b64encode(packed).decode()},
    }


def listed(place: Deployment, item: Config) -> Config:
    """As the plain program reads it."""
    version = item["apiVersion"] if "/" in item["apiVersion"] else f"core/{item['apiVersion']}"
    of_all = item["kind"] == "Namespace"
    metadata = item["metadata"] if of_all else {**item["metadata"], "namespace": place.name}
    return {
        "type": f"kubernetes:{version}:{item['kind']}",
        "name": f"{item['kind']}-{item['metadata']['name']}".lower(),
        "urn": item["kind"],
        "inputs": {
            key: value
            for key, value in {**item, "metadata": metadata}.items()
            if key not in ("apiVersion", "kind")
        },
        "dependencies": [] if of_all else ["Namespace"],
        "ignore_changes": [],
        "retain_on_delete": False,
    }
