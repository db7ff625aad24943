"""The process of the plugin: each run of the engine in it, and refusals as the engine says them."""

import json
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pulumi
from pulumi.errors import InputPropertiesError
from pulumi.provider import ConstructResult, Provider, main
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.experimental.schema import generate_schema
from pulumi.resource import DependencyResource
from pulumi.runtime.settings import set_root_resource

import statefast
from statefast.errors import StatefastError
from statefast.program.remote import Guard

from .analyzer import Inferred

__all__ = ["COMPONENTS", "NAME", "Host", "serve"]

NAME = "statefast"
COMPONENTS: list[type[pulumi.ComponentResource]] = [
    Guard,
    statefast.PersistentDeployment,
    statefast.PersistentStatefulSet,
    statefast.StorageClass,
    statefast.VolumeAttributesClass,
    statefast.VolumeClaim,
    statefast.VolumeSnapshotClass,
    statefast.WorkloadNamespace,
]


class Host(ComponentProvider):
    """Makes components for programs.

    Attributes:
        schema: What they take and give, as JSON.
    """

    def __init__(self) -> None:
        # Not that of ComponentProvider, which cannot be given an analyzer.
        self._name = NAME
        self.analyzer = Inferred(NAME)
        found = self.analyzer.analyze(COMPONENTS)
        self._components = {component.__name__: component for component in COMPONENTS}
        self._component_defs = found["component_definitions"]
        self._type_defs = found["type_definitions"]
        self._external_enum_types = found["external_enum_types"]
        self._dependencies = sorted(found["dependencies"], key=lambda it: it.name)
        number = _version()
        made = generate_schema(
            NAME, number, None, self._component_defs, self._type_defs, self._dependencies
        )
        Provider.__init__(self, number, json.dumps(made.to_json()))
        self._roots: dict[tuple[str, ...], DependencyResource] = {}

    def construct(
        self,
        name: str,
        resource_type: str,
        inputs: Any,  # noqa: ANN401  as the SDK has it
        options: pulumi.ResourceOptions | None = None,
    ) -> ConstructResult:
        """Makes one component.

        Raises:
            InputPropertiesError: what is wrong with it, in one sentence and without a traceback.
        """
        set_root_resource(self._root())
        try:
            return super().construct(name, resource_type, inputs, options)
        except Exception as error:
            refusal = getattr(error, "inner", error)
            if isinstance(refusal, StatefastError):
                # What the engine makes of the error is not the sentence.
                pulumi.log.error(str(refusal))
                raise InputPropertiesError(str(refusal)) from None
            raise

    def _root(self) -> DependencyResource:
        """The stack of the run: what the parts of a run know of each other hangs on it."""
        stack, project = pulumi.get_stack(), pulumi.get_project()
        run = (project, stack, str(pulumi.runtime.is_dry_run()))
        if run not in self._roots:
            urn = f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}"
            self._roots[run] = DependencyResource(urn)
        return self._roots[run]


def _version() -> str:
    try:
        return version(NAME)
    except PackageNotFoundError:
        # A checkout, as the engine fetches it.
        file = Path(__file__).resolve().parents[1] / "pyproject.toml"
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"])


def serve(args: list[str]) -> None:
    """Serves until the engine ends it.

    Args:
        args: The address of the engine, and options.
    """
    main(Host(), args)
