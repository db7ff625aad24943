"""A workload that lives, as a workload file and config that keep it the object it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from statefast.schema.labels import MANAGED_BY, PREFIX, selector_labels

from .given import Converted, Surroundings
from .kept import kept_context, kept_user, offers, selects
from .manifests import Manifest
from .security import User
from .workload import Conversion

__all__ = ["LiveConversion", "LiveSurroundings"]

Object = Mapping[str, Any]
Keys = dict[str, Any]

# Labels that say which chart rendered a pod.
_OF_CHARTS = ("helm.sh/chart", "chart", "heritage")
# What a manifest leaves to the node, mostly; and what lives may have chosen.
_OF_NODE = ("imagePullPolicy", "terminationMessagePath", "terminationMessagePolicy")
_TOKEN, _LINKS = "automountServiceAccountToken", "enableServiceLinks"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSurroundings(Surroundings):
    """All that lives beside a workload.

    Attributes:
        budgets: PodDisruptionBudgets.
        pods: By `<kind> <name>`, labels of the pods of every workload.
    """

    budgets: Sequence[Manifest] = ()
    pods: Mapping[str, Object] = field(default_factory=dict)


class LiveConversion(Conversion):
    """Nothing is made anew: what selects, what names the pods and who runs them stays as it is, and
    so does whatever the stack's own objects could not be.
    """

    as_it_is: ClassVar[bool] = True

    @property
    def _live(self) -> LiveSurroundings:
        assert isinstance(self.around, LiveSurroundings)  # noqa: S101
        return self.around

    def done(self) -> Converted:
        """All of it, and what of its pods is not what it was."""
        made = super().done()
        self.notes.changed(self.where, "its pods roll once: they get the labels of the stack")
        if self.main != self.given.name:
            self.notes.changed(
                self.where, f"container {self.main} is called {self.given.name} from now on"
            )
        for beside in self._of("containers"):
            self.notes.changed(
                self.where,
                f"container {beside['name']} is a sidecar from now on: it starts first, and stops"
                " last",
            )
        return made

    def _user(self, of_pod: Object, context: Object) -> User:
        given = next(it for it in self.pod["containers"] if str(it["name"]) == self.main)
        return kept_user(of_pod, given.get("securityContext") or {})

    def _context(self, context: Object) -> Keys:
        return kept_context(context)

    def _needless(self, given: Object) -> bool:
        return False

    def _unsaid(self, text: str) -> None:
        self.lost.append(text.removesuffix(": left out"))

    def _offered(self) -> Mapping[str, str]:
        others = [it for where, it in self._live.pods.items() if where != self.where]
        found = offers(self.given, self._pod_labels, others, self.around.services, self.ports)
        if found.suffix and found.suffix != "headless":
            self.file["headlessSuffix"] = found.suffix
        if found.governing:
            self.config["serviceName"] = found.governing
        for service, why in found.stay.items():
            self.notes.stays(f"Service {service}", why)
        return found.ports

    def _pod(self) -> None:
        super()._pod()
        spread = self.config.setdefault("scheduling", {}).setdefault("spread", {})
        for place in ("hostname", "zone"):
            spread.setdefault(place, "none")
        self.override |= {key: True for key in (_TOKEN, _LINKS) if self.pod.get(key) is not False}
        self.config.setdefault("serviceAccountName", "default")

    def _rollout(self) -> None:
        super()._rollout()
        for budget in self._live.budgets:
            chosen = (budget.spec.get("selector") or {}).get("matchLabels") or {}
            if selects(chosen, self._pod_labels):
                # Of two budgets for one pod the API server evicts by none.
                self.config["disruptionBudget"] = False
                self.notes.stays(budget.where, "says how drains take the pods, as until now")

    def _labels(self) -> None:
        """All labels of the pods, since anybody may select by them."""
        selector, name = self.given.spec.get("selector") or {}, self.given.name
        chosen = {str(key): str(it) for key, it in (selector.get("matchLabels") or {}).items()}
        if selector.get("matchExpressions") or not chosen:
            self.lost.append("its selector has matchExpressions, which no key says")
        own = selector_labels(name, name)
        if chosen != own:
            self.config["selector"] = chosen
        more = {key: str(it) for key, it in self._pod_labels.items() if key not in chosen}
        if component := more.pop(f"{PREFIX}/component", ""):
            self.file["component"] = component
        if part_of := more.pop(f"{PREFIX}/part-of", ""):
            self.config["partOf"] = part_of
        for key, value in (own | {f"{PREFIX}/managed-by": MANAGED_BY}).items():
            if more.pop(key, value) != value:
                self.notes.changed(self.where, f"label {key} of its pods is {value} from now on")
        for key in [key for key in more if key in _OF_CHARTS]:
            self.notes.dropped(self.where, f"label {key} of its pods ({more.pop(key)})")
        if more:
            self.config["labels"] = more

    def _annotations(self) -> None:
        super()._annotations()
        for kind in ("containers", "initContainers"):
            for given in self.pod.get(kind) or ():
                said = {key: given[key] for key in _OF_NODE if key in given}
                name = str(given["name"])
                if said:
                    self._say_of(self.given.name if name == self.main else name, said)

    def _say_of(self, container: str, said: Keys) -> None:
        """Adds to what only the form of the API can say of a container."""
        kind = "containers" if container == self.given.name else "initContainers"
        listed = self.override.setdefault(kind, [])
        entry = next((it for it in listed if it["name"] == container), None)
        if entry is None:
            listed.append(entry := {"name": container})
        entry |= said

    def _metrics(self, annotations: dict[str, str]) -> None:
        """They stay among the annotations."""
        del annotations
