"""The schema of the components, out of their annotations."""

from typing import Any, get_args

import pulumi
from pulumi.provider.experimental.analyzer import Analyzer, PropertyDefinition

from statefast.schema.named import Named, component_of

__all__ = ["Inferred"]

# An argument that only a program in Python can give.
_LEFT_OUT = PropertyDefinition(optional=True)


class Inferred(Analyzer):
    """Leaves out what another language has no word for: arguments that are our own objects."""

    def analyze_property(self, arg: Any, typ: type, name: str, **more: Any) -> PropertyDefinition:  # noqa: ANN401
        """One property; see Analyzer."""
        if isinstance(arg, type) and issubclass(arg, pulumi.Resource):
            return _LEFT_OUT
        if component_of(get_args(arg)):
            # A name, for which Python takes the component as well.
            arg = next(one for one in get_args(arg) if not issubclass(one, Named))
        return super().analyze_property(arg, typ, name, **more)

    def analyze_type(
        self, typ: type, *, is_component_output: bool
    ) -> tuple[dict[str, PropertyDefinition], dict[str, str]]:
        """The properties of one type; see Analyzer."""
        found, names = super().analyze_type(typ, is_component_output=is_component_output)
        kept = {key: it for key, it in found.items() if it is not _LEFT_OUT}
        return kept, {key: names[key] for key in kept}
