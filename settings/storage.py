"""The storage class of the stack, as config says it."""

from dataclasses import dataclass

from components import StorageClassArgs
from components.driver_catalogue import DRIVERS
from components.fields import Fields
from components.names import check_subdomain_name
from components.storage_class import BINDING_MODES, RECLAIM_POLICIES

__all__ = ["StorageClassSettings", "read_storage_class"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageClassSettings:
    """The class this stack makes."""

    name: str
    args: StorageClassArgs


def read_storage_class(given: object) -> StorageClassSettings | None:
    """The class this stack makes; None where it makes none.

    Raises:
        StatefastError: a key is unknown or missing, or a value is wrong.
    """
    fields = Fields("storageClass", given)
    if given == {}:
        return None
    name = check_subdomain_name("storageClass", "name", fields.text("name", like="rbd"))
    args: StorageClassArgs = {
        "driver": fields.choice("driver", list(DRIVERS)),
        "parameters": fields.text_map("parameters"),
        "reclaim_policy": fields.choice("reclaimPolicy", RECLAIM_POLICIES, RECLAIM_POLICIES[0]),
        "binding_mode": fields.choice("bindingMode", BINDING_MODES, BINDING_MODES[0]),
        "default": fields.boolean("default", False),
    }
    if "expandable" in fields:
        args["expandable"] = fields.boolean("expandable", True)
    if "provisioner" in fields:
        args["provisioner"] = fields.text("provisioner", like="ebs.csi.aws.com")
    fields.done()
    return StorageClassSettings(name=name, args=args)
