"""One walk: its steps, what it found, and whether a plain config still comes up after it."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from localcluster.layout import Workspace
from tests.engine.conftest import Result

from .choose import choose, first_config, other_config
from .history import Act, Finding
from .invariant import has_traceback
from .said import Run, ways
from .stacks import Stack
from .steps import Step
from .world import World

__all__ = ["Walk", "heals", "walk"]

_TRIES = 10


@dataclass(slots=True)
class Walk:
    """A walk that was done.

    Attributes:
        seed: Of its beginning and of its steps.
        steps: What was done.
        found: Index of a step, and what did not hold after it.
        complete: Whether it was not ended for want of time.
    """

    seed: int
    steps: list[Step] = field(default_factory=list)
    found: list[tuple[int, Finding]] = field(default_factory=list)
    complete: bool = False

    def history(self, finding: Finding) -> list[Step]:
        """The steps up to a finding."""
        index = next(at for at, it in self.found if it is finding)
        return self.steps[: index + 1]


Heard = Callable[[Step, Sequence[Run], Sequence[Finding]], None]


def _nothing(step: Step, runs: Sequence[Run], found: Sequence[Finding]) -> None:
    """Nobody listens."""


def walk(
    workspace: Workspace,
    name: str,
    seed: int,
    *,
    length: int = 25,
    until: float = float("inf"),
    given: Sequence[Step] | None = None,
    heard: Heard = _nothing,
) -> Walk:
    """Walks.

    Args:
        workspace: A running cluster.
        name: Of the stack and its namespace; nothing else may have it.
        seed: Says how the walk begins, and its steps where none are given.
        length: How many steps.
        until: No step begins after this moment of `time.monotonic`.
        given: The steps to take, instead of those of the seed.
        heard: Is told of each step.
    """
    rng, done = random.Random(seed), Walk(seed)  # noqa: S311  a walk, not a key
    world = World(workspace, name, first_config(rng, name), other_config(name))
    try:
        while len(done.steps) < (length if given is None else len(given)):
            if time.monotonic() > until:
                return done
            step = choose(rng, world, done.steps) if given is None else given[len(done.steps)]
            runs, found = world.take(step)
            done.steps.append(step)
            done.found += [(len(done.steps) - 1, it) for it in found]
            heard(step, runs, found)
        done.complete = True
        if time.monotonic() < until:
            end = Step("end")
            found, runs = heals(world)
            done.found += [(len(done.steps) - 1, it) for it in found]
            heard(end, runs, found)
        return done
    finally:
        world.end()


def heals(world: World) -> tuple[list[Finding], list[Run]]:
    """Whether what was deployed last can still be brought up by whoever does what he is told.

    Returns:
        What does not hold, and the runs it took.
    """
    stack, runs = world.stacks["a"], list[Run]()
    _plain(stack)
    for attempt in range(_TRIES):
        run = stack.run("up", "--yes", "--skip-preview", "--suppress-progress", "--refresh")
        runs.append(run)
        if run.code == 0:
            return _after(world, run, runs), runs
        if has_traceback(run.text):
            return [Finding(kind="traceback", text=run.text[-1500:])], runs
        offered = ways(run)
        if not offered:
            break
        # Whoever gets the same answer twice tries another way.
        world.follow(stack, offered[attempt % len(offered)])
        world.seen = world.settle()
    said = runs[-1].refusals or runs[-1].errors or [runs[-1].text[-900:]]
    return [Finding(kind="wedged", text=" | ".join(said)[:1200])], runs


def _after(world: World, run: Run, runs: list[Run]) -> list[Finding]:
    """What does not hold once everything came up, and stays so in another `up`."""
    before, world.seen = world.seen, world.settle()
    stack = world.stacks["a"]
    wanted = frozenset(world.names[it] for it in stack.get("workloads") or {})
    act = Act(runs=[run], stack="a", wanted=wanted, consents=world.consents)
    found = world.ledger.observe(before, world.seen, act)
    # What a claim goes with has a name that Pulumi makes: of a stack that was renamed and lost its
    # state the claims name the former one as well, until the next `up` has seen it.
    for _ in range(2 if stack.get("formerStack") else 1):
        again = stack.run("up", "--yes", "--skip-preview", "--suppress-progress")
        runs.append(again)
        changed = Result(again.code or 0, again.text).changes.keys() - {"unchanged"}
    if again.code != 0 or changed:
        said = " | ".join([*again.refusals, *again.errors]) or ", ".join(sorted(changed))
        found.append(Finding(kind="restless", text=f"a second up: {said[:900]}"))
    return found


def _plain(stack: Stack) -> None:
    """What was deployed last, with everything that may be in the way of any config taken off."""
    if stack.good is not None:
        consents, former = stack.get("consent"), stack.get("formerStack")
        stack.config = dict(stack.good)
        for key, value in (("consent", consents), ("formerStack", former)):
            if value:
                stack.config[f"statefast:{key}"] = value
    for key in ("context", "preflight"):
        stack.config.pop(f"statefast:{key}", None)
