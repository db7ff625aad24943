"""All rules, each with its name, its level and its settings. None of them changes anything."""

from pulumi_policy import EnforcementLevel, Policy

from .classes import explicit_class, one_default_class, provisioner_of_today
from .guarded import seen_by_the_guard
from .headless import headless_service
from .images import WITHDRAWN, published_images
from .kept import kept_claim, kept_production_claim
from .names import explicit_name
from .owned import claim_without_owner
from .retention import claims_outlive_the_set
from .rule import resource_policy, stack_policy
from .sets import awaited_set, no_revision_history_limit
from .where import EPHEMERAL, NOT_PRODUCTION, PRODUCTION, texts
from .writers import SHARED, one_writer, one_writer_elsewhere

__all__ = ["POLICIES"]

_MUST, _SHOULD = EnforcementLevel.MANDATORY, EnforcementLevel.ADVISORY
_KEPT = texts("Claims kept by retain_on_delete, as namespace/name; patterns like data/*.")
_EXISTING = texts("Headless Services made elsewhere, as namespace/name; patterns like data/*.")

POLICIES: list[Policy] = [
    resource_policy(
        "explicit-names",
        "Claims, StatefulSets and storage classes have a name that somebody wrote.",
        explicit_name,
        _MUST,
    ),
    resource_policy(
        "production-claims-are-kept",
        "Claims of production are protected or retained.",
        kept_production_claim,
        _MUST,
        production=PRODUCTION,
        notProduction=NOT_PRODUCTION,
        kept=_KEPT,
    ),
    resource_policy(
        "claims-are-kept",
        "Claims and namespaces are protected or retained.",
        kept_claim,
        _SHOULD,
        ephemeral=EPHEMERAL,
        production=PRODUCTION,
        kept=_KEPT,
    ),
    resource_policy(
        "claims-outlive-their-set",
        "The claims of a StatefulSet outlive it, but in ephemeral stacks.",
        claims_outlive_the_set,
        _MUST,
        ephemeral=EPHEMERAL,
        production=PRODUCTION,
    ),
    resource_policy(
        "claims-without-owner",
        "Claims, volumes and namespaces go with no other object, but in ephemeral stacks.",
        claim_without_owner,
        _MUST,
        ephemeral=EPHEMERAL,
        production=PRODUCTION,
    ),
    stack_policy(
        "seen-by-the-guard",
        "In a stack with a guard, whatever holds data has passed it.",
        seen_by_the_guard,
        _MUST,
    ),
    stack_policy(
        "one-writer",
        "A volume that one node can mount has one workload, with one pod at a time.",
        one_writer,
        _MUST,
        shared=SHARED,
    ),
    stack_policy(
        "one-writer-elsewhere",
        "The same of claims that this stack mounts and does not declare.",
        one_writer_elsewhere,
        _SHOULD,
        shared=SHARED,
    ),
    stack_policy(
        "headless-service",
        "A StatefulSet has a headless Service that publishes pods before they are ready.",
        headless_service,
        _MUST,
        existing=_EXISTING,
    ),
    resource_policy(
        "explicit-classes",
        "Storage classes say whether volumes grow, where they bind and what becomes of them.",
        explicit_class,
        _MUST,
    ),
    stack_policy(
        "one-default-class",
        "A stack has one default storage class at most.",
        one_default_class,
        _MUST,
    ),
    resource_policy(
        "provisioners-of-today",
        "Storage classes use a driver, not a provisioner that Kubernetes had inside.",
        provisioner_of_today,
        _MUST,
    ),
    resource_policy(
        "no-revision-history-limit",
        "A StatefulSet does not set revisionHistoryLimit.",
        no_revision_history_limit,
        _SHOULD,
    ),
    resource_policy(
        "sets-are-awaited",
        "A StatefulSet is waited for.",
        awaited_set,
        _SHOULD,
    ),
    resource_policy(
        "published-images",
        "Images come from where they are still published.",
        published_images,
        _SHOULD,
        withdrawn=WITHDRAWN,
    ),
]
