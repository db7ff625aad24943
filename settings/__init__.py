"""Stack config, read once into frozen values: the only reader of it in the program.

An unknown key is an error and not a shrug: a misspelt `reclaimPolicy` would be data loss.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pulumi

from statefast import ClaimOwner, ClaimOwnerArgs
from statefast.drivers.catalogue import DRIVERS
from statefast.errors import StatefastError
from statefast.safety.owner import asked_together
from statefast.safety.preflight import (
    GROWTH_SECONDS,
    MODES,
    OwnClassArgs,
    reader,
    report,
    stack_of_run,
)
from statefast.safety.read.cluster import Unreadable
from statefast.safety.read.leftovers import note_leftovers
from statefast.safety.read.memory import memory_of_run
from statefast.safety.read.unmounted import note_unmounted
from statefast.safety.read.versions import ATTRIBUTES_CLASS, Need, check_version, note_old
from statefast.safety.refusals.former_name import refuse_former_name
from statefast.safety.refusals.other_cluster import place_of, uid_of_cluster
from statefast.safety.run import this_run
from statefast.schema.args import RETENTIONS, one_of
from statefast.schema.collected import Collected
from statefast.schema.names import check_label_name
from statefast.schema.nearest import nearest
from statefast.schema.read import Args, read_args
from statefast.schema.shape import camel, keys_of
from statefast.storage.kept_secret import KeptSecret, KeptSecretArgs
from statefast.workload.mounts import check_mounts_together, wanted_claims
from statefast.workload.schedule_args import TimedSnapshotsArgs
from workloads import WorkloadFiles

from .shape import StackConfig
from .spelling import ConfigWords, as_config_says
from .stack_name import named_after_stack
from .storage import StorageClassSettings, read_storage_class
from .workload import (
    PATTERNS,
    Surroundings,
    WorkloadSettings,
    check_selectors,
    check_services,
    read_workload,
)

__all__ = ["PATTERNS", "Settings", "Surroundings", "WorkloadSettings", "load_settings"]

PROJECT = "statefast"
# The keys of Pulumi.yaml; a test compares the two.
KEYS = tuple(camel(key) for key in keys_of(StackConfig))
_TEXTS = [camel(name) for name, key in keys_of(StackConfig).items() if key.kind is str]
_FORMS = {
    "ephemeral": "true or false",
    "growthSeconds": "a whole number",
    "consent": "a list of texts",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything the program needs to know of its stack."""

    namespace: str
    environment: str
    retention: str
    context: str
    preflight_mode: str
    growth_seconds: int
    consent: tuple[str, ...]
    data_from: str
    snapshots: TimedSnapshotsArgs | None
    storage_class: StorageClassSettings | None
    workloads: tuple[WorkloadSettings, ...]
    secret_data: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @property
    def kept_secrets(self) -> dict[str, KeptSecretArgs]:
        """The Secrets under names of others, by name."""
        where = self.surroundings
        return {
            name: {
                "namespace": self.namespace,
                "data": data,
                "preflight": where.preflight,
                "consent": list(self.consent),
            }
            for name, data in self.secret_data.items()
        }

    @property
    def surroundings(self) -> Surroundings:
        """What all workloads share."""
        made = self.storage_class
        own: dict[str, OwnClassArgs] = {}
        if made is not None:
            driver = DRIVERS[made.args["driver"]]
            own[made.name] = {
                "provisioner": driver.provisioner or made.args["provisioner"],
                "expandable": made.args.get("allow_volume_expansion", driver.expands),
                "default": made.args.get("default", False),
            }
        return Surroundings(
            namespace=self.namespace,
            retention=self.retention,
            snapshot_class_name=next(iter(made.snapshot_classes), "") if made else "",
            preflight={
                "mode": self.preflight_mode,
                "context": self.context,
                "own_classes": own,
                "own_attributes": made.names_of_attributes if made is not None else [],
                "own_namespaces": [self.namespace],
                "growth_seconds": self.growth_seconds,
            },
            consent=self.consent,
            data_from=self.data_from,
            snapshots=self.snapshots,
        )

    def surroundings_with(self, owner: ClaimOwner) -> Surroundings:
        """What all workloads share once the owner of their claims is registered."""
        return replace(self.surroundings, claim_owner=owner)

    def claim_owner_args(self) -> ClaimOwnerArgs:
        """What the claims of an ephemeral stack go with."""
        where = self.surroundings
        args: ClaimOwnerArgs = {
            "namespace": where.namespace,
            "retention": where.retention,
            "preflight": where.preflight,
        }
        if where.snapshot_class_name:
            args["snapshot_class_name"] = where.snapshot_class_name
        return args

    def words(self) -> ConfigWords:
        """How config spells what the components speak of."""
        return ConfigWords(
            {key: place for it in self.workloads for key, place in it.places().items()}
        )

    def preflight(self) -> None:
        """Asks the live cluster about every workload, before any object is registered.

        Raises:
            StatefastError: an edit would lose data, or cannot work.
        """
        where = self.surroundings
        # For what is said when the program has ended as well.
        this_run().words = self.words()
        asks = reader("stack config", where.preflight)
        if asks.cluster is not None:
            # It is on record in each run; asked for while the engine looks for the state.
            with suppress(Unreadable):
                uid_of_cluster(asks.cluster)
        memory = memory_of_run()
        clusters = [record.cluster for record in memory.records.values()]
        place_of(asks, memory, clusters, self.consent)
        with asked_together():
            for workload in self.workloads:
                workload.preflight(where)
            for name, args in self.kept_secrets.items():
                KeptSecret.preflight(name, args)
            if self.storage_class is not None:
                with as_config_says(this_run().words):
                    self.storage_class.preflight()
        if self.storage_class is not None:
            check_version(
                asks,
                [
                    Need(
                        field="storageClass.attributesClasses", value=name, feature=ATTRIBUTES_CLASS
                    )
                    for name in self.storage_class.attributes_classes
                ],
            )
        refuse_former_name(asks, memory, self.consent)
        note_old(asks)
        this_run().told = True
        note_leftovers(
            asks,
            self.namespace,
            {
                workload.name: wanted_claims(
                    workload.built(where), of_set=workload.pattern == PATTERNS[0]
                )
                for workload in self.workloads
            },
            self.retention,
            self.consent,
        )
        note_unmounted(asks, self.namespace)
        report(asks.notes)

    @staticmethod
    def parse(config: Mapping[str, str], files: WorkloadFiles | None = None) -> "Settings":
        """Reads stack config.

        Args:
            config: Key to value as the engine hands it over: each value a text, structures as
                JSON. Keys of other namespaces are passed over.
            files: The workload files. Default: those of the program.

        Raises:
            StatefastError: a key is unknown or missing, or a value is wrong.
        """
        given = {
            key.removeprefix(f"{PROJECT}:"): value
            for key, value in config.items()
            if key.startswith(f"{PROJECT}:")
        }
        wrong = Collected()
        decoded: dict[str, object] = {}
        for key, value in given.items():
            with wrong.going_on():
                if key not in KEYS:
                    raise StatefastError(
                        "stack config",
                        f"{PROJECT}:{key}",
                        "(hidden)" if "secret" in key.casefold() else value,
                        "but there is no such key",
                        nearest(key, KEYS),
                    )
                decoded[key] = _decoded(key, value)
        wrong.done()
        return _read(decoded, files or WorkloadFiles())


def load_settings() -> Settings:
    """The settings of the stack that is running.

    Raises:
        StatefastError: see `Settings.parse`.
    """
    # Two places, since a language host may hand config over in either.
    config = {**pulumi.runtime.config.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    return Settings.parse(named_after_stack(config, stack_of_run()))


def _decoded(key: str, text: str) -> object:
    if key in _TEXTS:
        # Who writes `off` without quotes writes false, by the YAML of before 1.2.
        return MODES[-1] if (key, text) == ("preflight", "false") else text
    try:
        return json.loads(text)
    except ValueError:
        shown = "(hidden)" if "secret" in key else text
        kind = _FORMS.get(key, "keys and values")
        raise StatefastError(
            "stack config", f"{PROJECT}:{key}", shown, "not in the form expected", f"write {kind}"
        ) from None


def _read(decoded: Mapping[str, object], files: WorkloadFiles) -> Settings:
    # Empty is how Pulumi.yaml says that there are none.
    given = {key: value for key, value in decoded.items() if (key, value) != ("snapshots", {})}
    config = read_args("stack config", given, StackConfig, f"{PROJECT}:")
    for key in ("namespace", "environment"):
        check_label_name("stack config", f"{PROJECT}:{key}", config[key])
    storage_class = read_storage_class(config.get("storage_class"))
    secrets = _secrets(config.get("secrets", {}))
    wrong = Collected()
    workloads: list[WorkloadSettings] = []
    entries = config.get("workloads", {})
    for name, entry in entries.items():
        with wrong.going_on():
            workloads.append(
                read_workload(name, entry, storage_class, secrets.pop(name, {}), files)
            )
    for name in secrets:
        wrong.add(
            StatefastError(
                "stack config",
                f"{PROJECT}:secrets.{name}",
                "(hidden)",
                "but no workload has that name",
                nearest(name, list(entries)),
            )
        )
    wrong.done()
    check_services(tuple(workloads))
    settings = Settings(
        namespace=config["namespace"],
        environment=config["environment"],
        retention=_retention(config),
        context=config.get("context", ""),
        preflight_mode=config.get("preflight", MODES[0]),
        growth_seconds=config.get("growth_seconds", GROWTH_SECONDS),
        consent=tuple(config.get("consent", ())),
        data_from=config.get("data_from", ""),
        snapshots=config.get("snapshots"),
        storage_class=storage_class,
        workloads=tuple(workloads),
        secret_data=_secret_data(config.get("secret_data", {})),
    )
    if storage_class is not None:
        where = settings.surroundings
        storage_class = storage_class.asking(where.preflight, where.consent)
        settings = replace(settings, storage_class=storage_class)
    # All of it before any of it: the SDK registers what was asked for before an error.
    if storage_class is not None:
        with wrong.going_on(), as_config_says(ConfigWords()):
            storage_class.check()
    for workload in workloads:
        with wrong.going_on():
            workload.check(settings.surroundings)
    wrong.done()
    built = [workload.built(settings.surroundings) for workload in workloads]
    check_selectors(built)
    with as_config_says(settings.words()):
        check_mounts_together(
            built,
            {workload.name for workload in workloads if workload.pattern == "stateful-set"},
        )
    return settings


def _retention(config: Args) -> str:
    """What becomes of claims when they leave the stack."""
    ephemeral = config.get("ephemeral", False)
    retention: str = config.get("retention") or ("delete" if ephemeral else "retain")
    one_of("stack config", f"{PROJECT}:retention", retention, RETENTIONS)
    if retention == "delete" and not ephemeral:
        raise StatefastError(
            "stack config",
            f"{PROJECT}:retention",
            retention,
            "but the stack is not ephemeral",
            f"set {PROJECT}:ephemeral to true where all data may go, or write 'retain' or"
            " 'snapshot'",
        )
    return retention


def _secrets(given: object) -> dict[str, Mapping[str, pulumi.Output[str]]]:
    """Secret values, sealed at once: from here on nobody can print them."""
    if not isinstance(given, Mapping) or not all(isinstance(v, Mapping) for v in given.values()):
        raise StatefastError(
            "stack config",
            f"{PROJECT}:secrets",
            "(hidden)",
            "not a mapping from workload to variables",
            "set one with: pulumi config set --secret --path"
            f" '{PROJECT}:secrets.<workload>.<VARIABLE>'",
        )
    return {
        str(name): {
            # `pulumi config set --path` turns the texts true and 123 into JSON's.
            str(key): pulumi.Output.secret(value if isinstance(value, str) else json.dumps(value))
            for key, value in values.items()
        }
        for name, values in given.items()
    }


def _secret_data(given: object) -> dict[str, Mapping[str, str]]:
    """What Secrets have in them; each is one text, which the CLI leaves as it is."""
    if not isinstance(given, Mapping):
        raise StatefastError(
            "stack config",
            f"{PROJECT}:secretData",
            "(hidden)",
            "not a mapping from Secrets to their data",
            "see docs/config.md",
        )
    found: dict[str, Mapping[str, str]] = {}
    for name, value in given.items():
        try:
            data = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            data = None
        if not isinstance(data, Mapping) or not all(isinstance(it, str) for it in data.values()):
            raise StatefastError(
                "stack config",
                f"{PROJECT}:secretData.{name}",
                "(hidden)",
                "not the data of a Secret",
                f"write what kubectl get secret {name} -o jsonpath='{{.data}}' prints",
            )
        found[str(name)] = data
    return found
