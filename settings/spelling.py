"""What a component refuses of config, in the words that the config is written in.

A component names its args as code does, and config writes them in camelCase: who wrote
`allowVolumeExpansion` is told of that, and not of `allow_volume_expansion`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import get_args

from statefast import (
    PersistentDeploymentArgs,
    PersistentStatefulSetArgs,
    StatefastError,
    StorageClassArgs,
    VolumeAttributesClassArgs,
    VolumeSnapshotClassArgs,
)
from statefast.schema.collected import StatefastErrors
from statefast.schema.shape import camel, keys_of

__all__ = ["as_config_says"]

_SHAPES = (
    PersistentStatefulSetArgs,
    PersistentDeploymentArgs,
    StorageClassArgs,
    VolumeSnapshotClassArgs,
    VolumeAttributesClassArgs,
)


@contextmanager
def as_config_says(places: Mapping[str, str] | None = None) -> Iterator[None]:
    """Raises refusals of components again, with the fields as config has them.

    Args:
        places: By the beginning of a field of the args, where config says it, e.g. `volumes[0]` by
            `storage`.

    Raises:
        StatefastError: what was raised.
    """

    def spelled(text: str) -> str:
        for arg, place in (places or {}).items():
            if text == arg or text.startswith(f"{arg}."):
                text = place + text.removeprefix(arg)
        return re.sub(r"[a-z]+(?:_[a-z]+)+", lambda word: _keys().get(word[0], word[0]), text)

    try:
        yield
    except StatefastErrors as several:
        raise StatefastErrors(_again(error, spelled) for error in several.errors) from None
    except StatefastError as error:
        raise _again(error, spelled) from None


def _again(error: StatefastError, spelled: Callable[[str], str]) -> StatefastError:
    return StatefastError(
        error.resource,
        spelled(error.field),
        error.value,
        spelled(error.problem),
        spelled(error.remedy),
    )


@cache
def _keys() -> Mapping[str, str]:
    """The keys of more than one word that config has, as code writes them."""
    found: dict[str, str] = {}
    waiting: list[object] = list(_SHAPES)
    while waiting:
        kind = waiting.pop()
        waiting += get_args(kind)
        for name, key in keys_of(kind).items() if isinstance(kind, type) else ():
            found[name] = camel(name)
            waiting.append(key.kind)
    return {name: written for name, written in found.items() if name != written}
