"""Images come from where they are still published."""

from collections.abc import Iterator

from statefast.errors import StatefastError

from .facts import Facts
from .pods import Path, pod_specs_in, text_of
from .where import Where, texts

__all__ = ["WITHDRAWN", "published_images"]

WITHDRAWN = texts(
    "Images nobody should use, as registry/name; patterns like docker.io/bitnami*.",
    "docker.io/bitnami*",
)
_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
# Names of one registry.
_DOCKER_HUB = ("index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "docker.io")
# What every registry is asked at where no port is written.
_PORT = ":443"


def published_images(facts: Facts, where: Where) -> Iterator[StatefastError]:
    """A pod that is moved to another node can pull its image again."""
    for spec in pod_specs_in(facts):
        for path in _images(facts, spec):
            image = facts.get(*path)
            if isinstance(image, str) and where.listed("withdrawn", _full_name(image)):
                yield StatefastError(
                    facts.title,
                    text_of(path),
                    image,
                    "but it was withdrawn, and a pod that moves cannot pull it again",
                    "use an image that its makers publish",
                )


def _images(facts: Facts, spec: Path) -> Iterator[Path]:
    """Where a pod spec names images: those it runs, and those it mounts (KEP-4639)."""
    for group in _CONTAINERS:
        for index in range(facts.count(*spec, group)):
            yield (*spec, group, index, "image")
    for index in range(facts.count(*spec, "volumes")):
        yield (*spec, "volumes", index, "image", "reference")


def _full_name(image: str) -> str:
    """The image with its registry, in small letters: what has no registry is on Docker Hub."""
    first, slash, rest = image.strip().partition("/")
    if slash and ("." in first or ":" in first or first.lower() == "localhost"):
        registry = first.lower().removesuffix(_PORT)
        if registry not in _DOCKER_HUB:
            return f"{registry}/{rest}".lower()
        first, slash, rest = rest.partition("/")
    name = f"{first}/{rest}" if slash else f"library/{first}"
    return f"docker.io/{name}".lower()
