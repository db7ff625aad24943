"""What an application no longer finds where it was, though the data is there."""

from collections.abc import Iterator
from dataclasses import dataclass

from .mounts import Mounts, Place

__all__ = ["Loss", "losses"]


@dataclass(frozen=True, slots=True)
class Loss:
    """One source of data that a container loses sight of.

    Attributes:
        said: What happens, in a sentence without its full stop.
        field: What changes, in the words of whoever wrote it.
        old, new: What it is now, and would be.
    """

    said: str
    field: str
    old: str
    new: str


def losses(old: Mounts, new: Mounts) -> Iterator[Loss]:
    """Compares what two pod templates mount, both of them read.

    A container that is new, or mounts more than before, loses nothing; neither does one whose
    name alone changes, or that leaves while another one goes on with the same data.
    """
    lost = old.sources - new.sources
    # A template that goes is a matter of the set.
    left, taken = (
        sorted(its for its in some if not its.startswith("template "))
        for some in (lost, new.sources - old.sources)
    )
    if left:
        gone = ", ".join(left)
        yield Loss(
            f"starts on {', '.join(taken)} and leaves {gone}"
            if taken
            else f"no longer has {gone}: it starts empty",
            "claim" if _claims(left, taken) else "volumes",
            _listed(left),
            _listed(taken) or "nothing",
        )
    kept = {its[0] for name in old.places.keys() & new.places.keys() for its in new.places[name]}
    for container, places in sorted(old.places.items()):
        stays = container in new.places
        now = new.places[container] if stays else new.everywhere
        for place in sorted(places - now):
            if place[0] in lost or (not stays and place[0] in kept):
                continue
            yield _moved(container, place, sorted(its for its in now if its[0] == place[0]))
        yield from _covered(container, old, new)


def _moved(container: str, was: Place, now: list[Place]) -> Loss:
    source, path, _ = was
    if not now:
        said = f"container {container} no longer mounts {source}: it starts empty"
        return Loss(said, f"{container}.volume_mounts", _place(was), "nothing")
    what = "in another folder of it" if now[0][1] == path else f"at {now[0][1]}"
    return Loss(
        f"container {container} finds {source} {what}, no longer what was at {path}: it starts"
        " empty while the data is there",
        f"{container}.volume_mounts",
        _place(was),
        "+".join(_place(its) for its in now),
    )


def _covered(container: str, old: Mounts, new: Mounts) -> Iterator[Loss]:
    """A volume that is new and lies over, or under, what the data is in."""
    before = old.places[container]
    kept = before & new.places.get(container, frozenset())
    paths = new.scratch.get(container, frozenset()) - old.scratch[container]
    paths |= {its[1] for its in new.places.get(container, frozenset()) - before}
    for path in sorted(paths):
        for source, place, _ in sorted(kept):
            if _nested(path, place):
                yield Loss(
                    f"another volume at {path} of container {container} hides what {source} has"
                    " there: it starts empty while the data is there",
                    f"{container}.volume_mounts",
                    place,
                    f"{place}+{path}",
                )


def _nested(one: str, other: str) -> bool:
    one, other = f"{one.rstrip('/')}/", f"{other.rstrip('/')}/"
    return one.startswith(other) or other.startswith(one)


def _place(place: Place) -> str:
    return f"{place[1]}({place[2]})" if place[2] else place[1]


def _claims(*sources: list[str]) -> bool:
    return all(its.startswith("claim ") for some in sources for its in some)


def _listed(sources: list[str]) -> str:
    return "+".join(its.removeprefix("claim ") for its in sources)
