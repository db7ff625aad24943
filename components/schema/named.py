"""Components where a name is asked for: this program makes the object, and knows what it is called.

A name that is known only later cannot be held against the cluster at preview. A component of this
package has said its object's name before anything was made.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast, get_args, get_origin, is_typeddict

import pulumi

from ..needed import needed
from .shape import keys_of

__all__ = ["Named", "component_of", "name_of", "named", "with_names"]

A = TypeVar("A", bound=Mapping[str, Any])


class Named(pulumi.ComponentResource):
    """A component that stands for one object of the cluster; `args` take it for the name of that.

    Attributes:
        object_name: Name of the object, known at preview.
    """

    def stands_for(self, name: str) -> None:
        """Says the name of the object."""
        # Here and not in the class: an annotation there is an output in the plugin's schema.
        self.object_name: str = name


def name_of(value: "str | Named") -> str:
    """The name that stands in args, or that a component there stands for."""
    return value.object_name if isinstance(value, Named) else value


def with_names(args: A, shape: type) -> A:
    """The args with names in place of the components that stand for them.

    What does not fit the shape is left as it is, for those who refuse it.
    """
    return cast("A", _plain(args, shape, []))


def named(
    args: A, shape: type, opts: pulumi.ResourceOptions | None
) -> tuple[A, pulumi.ResourceOptions | None]:
    """The args with names, and the options of a component that is made after what they name."""
    found: list[pulumi.Resource] = []
    plain = cast("A", _plain(args, shape, found))
    if not found:
        return plain, opts
    after = pulumi.ResourceOptions(depends_on=needed(list(dict.fromkeys(found))))
    return plain, pulumi.ResourceOptions.merge(opts, after)


def component_of(kinds: Sequence[object]) -> str:
    """The component that may be given for a value of these kinds; empty where there is none."""
    return next((one.__name__ for one in _components(kinds)), "")


def _components(kinds: Sequence[object]) -> Iterator[type[Named]]:
    return (one for one in kinds if isinstance(one, type) and issubclass(one, Named))


def _plain(value: object, kind: object, found: list[pulumi.Resource]) -> object:
    if isinstance(value, Named) and isinstance(value, tuple(_components(get_args(kind)))):
        found.append(value)
        return name_of(value)
    if is_typeddict(kind) and isinstance(value, Mapping):
        keys = keys_of(cast("type", kind))
        return {
            key: _plain(item, keys[key].kind, found) if key in keys else item
            for key, item in value.items()
        }
    if get_origin(kind) is Sequence and isinstance(value, list | tuple):
        return type(value)(_plain(item, get_args(kind)[0], found) for item in value)
    return value
