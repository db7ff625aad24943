"""Hooks that are made once in a run, by whichever component asks first: the engine knows a hook by
its name.
"""

from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

import pulumi

__all__ = ["hook_of_run"]

# By the root of a run: with an inline program many runs share one process.
_hooks: WeakKeyDictionary[pulumi.Resource, dict[str, pulumi.ResourceHook]] = WeakKeyDictionary()


def hook_of_run(
    name: str, call: Callable[[pulumi.ResourceHookArgs], Awaitable[None] | None]
) -> pulumi.ResourceHook:
    """The hook of a name; a new one each time where no program runs.

    Args:
        name: What the engine looks for, also when the last who needed it has left the program.
        call: What it does, where there is none of that name yet.
    """
    root = pulumi.runtime.get_root_resource()
    if root is None:
        return pulumi.ResourceHook(name, call)
    made = _hooks.setdefault(root, {})
    if name not in made:
        made[name] = pulumi.ResourceHook(name, call)
    return made[name]
