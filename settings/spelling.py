"""What a component refuses of config, in the words that the config is written in.

A component names its args as code does, and config writes them in camelCase: who wrote
`allowVolumeExpansion` is told of that, and not of `allow_volume_expansion`.
"""

import re
from collections.abc import Iterator, Mapping
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

# What comes before a consent in a remedy.
_CONSENT = "consent"

_SHAPES = (
    PersistentStatefulSetArgs,
    PersistentDeploymentArgs,
    StorageClassArgs,
    VolumeSnapshotClassArgs,
    VolumeAttributesClassArgs,
)


@contextmanager
def as_config_says(
    places: Mapping[str, str] | None = None,
    of_claims: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[None]:
    """Raises refusals of components again, with the fields as config has them.

    Args:
        places: By the beginning of a field of the args, where config says it, e.g. `volumes[0]` by
            `storage`. Of several that fit the longest counts.
        of_claims: The same of the claims that a Deployment makes, by their resource, e.g.
            `VolumeClaim vol`.

    Raises:
        StatefastError: what was raised.
    """

    def again(error: StatefastError) -> StatefastError:
        found = (of_claims or {}).get(error.resource, places or {})
        remedy, consent, text = error.remedy.partition(_CONSENT)
        return StatefastError(
            error.resource,
            _spelled(_placed(error.field, found)),
            error.value,
            _spelled(error.problem),
            # A consent is copied word for word.
            _spelled(remedy) + consent + text,
        )

    try:
        yield
    except StatefastErrors as several:
        raise StatefastErrors(again(error) for error in several.errors) from None
    except StatefastError as error:
        raise again(error) from None


def _placed(field: str, places: Mapping[str, str]) -> str:
    for arg in sorted(places, key=len, reverse=True):
        if field == arg or field.startswith(f"{arg}."):
            return places[arg] + field.removeprefix(arg)
    return field


def _spelled(text: str) -> str:
    return re.sub(r"[a-z]+(?:_[a-z]+)+", lambda word: _keys().get(word[0], word[0]), text)


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
