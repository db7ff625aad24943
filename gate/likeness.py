"""What stays the same when an object gets another name."""

from .edits import Edit
from .reading import State
from .templates import templates
from .values import Hidden, look

__all__ = ["likeness"]


def likeness(edit: Edit, state: State) -> str:
    """A text that an object and its renamed self have in common; empty where nothing tells.

    A claim is known by the application it belongs to, and by its looks where it names none; a
    StatefulSet by its images and templates.
    """
    if edit.kind.name == "PersistentVolumeClaim":
        instance = look(state.inputs, "metadata", "labels", "app.kubernetes.io/instance")
        if isinstance(instance, str) and instance:
            return f"of {instance}"
        keys = ("accessModes", "resources", "storageClassName")
        return repr([look(state.inputs, "spec", key) for key in keys])
    if edit.kind.name == "StatefulSet":
        containers = look(state.inputs, "spec", "template", "spec", "containers")
        listed = containers if isinstance(containers, list) else []
        claims = templates(state.inputs)
        names = [] if isinstance(claims, Hidden) else list(claims)
        return repr([[look(item, "image") for item in listed], names]) if names else ""
    return ""
