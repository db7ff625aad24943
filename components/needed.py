"""What a resource is made after, where a run leaves a part of it out."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

import pulumi

__all__ = ["needed"]


def needed(
    resources: Sequence[pulumi.Input[pulumi.Resource]],
) -> pulumi.Input[Sequence[pulumi.Input[pulumi.Resource]]]:
    """Those that are there once this run has come to them, for `depends_on`.

    The engine stops a `--target` that leaves out what something else needs. An `--exclude` it does
    not stop, and what it then writes names a resource that its state does not have: no command
    reads such a state any more (docs/engine.md 78). What was never made is answered without an id
    where it is left out, and not waited for here.

    Args:
        resources: Of components, the objects beneath them.
    """
    if not resources or pulumi.runtime.is_dry_run():
        # Nothing that is new has an id, and no state is written.
        return resources

    async def there() -> list[pulumi.Resource]:
        found = [await pulumi.Output.from_input(it).future() for it in resources]
        objects = list(dict.fromkeys(one for it in found if it is not None for one in _objects(it)))
        known = await asyncio.gather(*(it.id.is_known() for it in objects))
        return [it for it, has_id in zip(objects, known, strict=True) if has_id]

    return pulumi.Output.from_input(there())


def _objects(resource: pulumi.Resource) -> Iterator[pulumi.CustomResource]:
    if isinstance(resource, pulumi.CustomResource):
        yield resource
        return
    children: Iterable[pulumi.Resource] = resource._childResources
    for child in list(children):
        yield from _objects(child)
