"""Images come from where they are still published."""

from collections.abc import Iterator

from components.errors import StatefastError

from .facts import Facts
from .where import Where, texts

__all__ = ["WITHDRAWN", "published_images"]

WITHDRAWN = texts(
    "Images nobody should use, as registry/name; patterns like docker.io/bitnami*.",
    "docker.io/bitnami*",
)
_POD_SPECS = {
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
    "DaemonSet": ("spec", "template", "spec"),
    "Deployment": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "Pod": ("spec",),
    "ReplicaSet": ("spec", "template", "spec"),
    "StatefulSet": ("spec", "template", "spec"),
}
# Names of one registry.
_DOCKER_HUB = ("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "docker.io")


def published_images(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """A pod that is moved to another node can pull its image again."""
    path = _POD_SPECS.get(facts.kind)
    if path is None:
        return
    for group in ("initContainers", "containers"):
        for index in range(facts.count(*path, group)):
            image = facts.get(*path, group, index, "image")
            if isinstance(image, str) and where.listed("withdrawn", _full_name(image)):
                yield StatefastError(
                    facts.title,
                    ".".join((*path, f"{group}[{index}]", "image")),
                    image,
                    "but it was withdrawn, and a pod that moves cannot pull it again",
                    "use an image that its makers publish",
                )


def _full_name(image: str) -> str:
    """The image with its registry: what has none is on Docker Hub."""
    registry, slash, rest = image.partition("/")
    if slash and ("." in registry or ":" in registry or registry == "localhost"):
        return f"docker.io/{rest}" if registry in _DOCKER_HUB else image
    return f"docker.io/{image}" if slash else f"docker.io/library/{image}"
