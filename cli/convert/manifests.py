"""Reads manifests: files and streams of YAML, with lists taken apart."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["ConvertError", "Manifest", "objects_of", "parse"]


class ConvertError(Exception):
    """What was given is no manifest; one sentence says where and why."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object, as somebody wrote it.

    Attributes:
        body: All of it.
    """

    body: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.body["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.metadata.get("name") or "")

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Its metadata; empty where it has none."""
        return self.body.get("metadata") or {}

    @property
    def spec(self) -> Mapping[str, Any]:
        """Its spec; empty where it has none."""
        return self.body.get("spec") or {}

    @property
    def where(self) -> str:
        """What a note calls it."""
        return f"{self.kind} {self.name}"


def parse(texts: Iterable[tuple[str, str]]) -> list[Manifest]:
    """The objects of some texts, in their order.

    Args:
        texts: Name of each, for errors, and what is in it.

    Raises:
        ConvertError: not YAML, or not an object of Kubernetes.
    """
    return [found for source, text in texts for found in _of_text(source, text)]


def _of_text(source: str, text: str) -> Iterator[Manifest]:
    try:
        documents = list(yaml.safe_load_all(text))
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else "it"
        problem = getattr(error, "problem", None) or str(error)
        raise ConvertError(f"{source}: {line} is not valid YAML ({problem}); correct it.") from None
    for number, document in enumerate(documents, 1):
        # A template whose condition is false leaves an empty document.
        if document is not None:
            yield from objects_of(f"{source}: document {number}", document)


def objects_of(where: str, given: object) -> Iterator[Manifest]:
    """The objects of one document.

    Args:
        where: The document, for errors.
        given: What it says.

    Raises:
        ConvertError: it is no object of Kubernetes, nor a list of them.
    """
    if not isinstance(given, Mapping) or not isinstance(given.get("kind"), str):
        raise ConvertError(
            f"{where} is not an object of Kubernetes: it has no kind; give rendered manifests, as"
            " `helm template` or `kubectl get -o yaml` prints them."
        )
    if given["kind"] == "List" or (given["kind"].endswith("List") and "items" in given):
        items = given.get("items")
        if not isinstance(items, list):
            raise ConvertError(f"{where}, a {given['kind']}, has no list of items; correct it.")
        for item in items:
            yield from objects_of(where, item)
        return
    for key in ("metadata", "spec"):
        if not isinstance(given.get(key), Mapping | None):
            raise ConvertError(f"{where}, a {given['kind']}, has a {key} without keys; correct it.")
    name = (given.get("metadata") or {}).get("name")
    if not isinstance(name, str) or not name:
        raise ConvertError(f"{where}, a {given['kind']}, has no metadata.name; give it one.")
    yield Manifest(given)
