"""The kubeconfig: its contexts, and a client of one of them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kubernetes.client.api_client import ApiClient

__all__ = ["NoKubeconfig", "api_client", "contexts", "current_context"]

# What the client says of a kubeconfig, or of the pod it runs in, that quotes nothing but names.
_HARMLESS = ("Invalid kube-config", "Service ")


class NoKubeconfig(Exception):
    """There is no such context, or no kubeconfig; the text says so, and quotes no credential."""


def current_context() -> str:
    """Name of the current context; empty where there is none."""
    return _contexts()[1]


def contexts() -> Sequence[str]:
    """Names of the contexts; none where the kubeconfig cannot be read."""
    return _contexts()[0]


def _contexts() -> tuple[Sequence[str], str]:
    # Imported here: a program that reads no cluster does not pay for the client.
    from kubernetes.config import ConfigException, list_kube_config_contexts
    from yaml import YAMLError

    try:
        found, current = list_kube_config_contexts(config_file=_location())  # type: ignore[no-untyped-call]
        return [str(each.get("name") or "") for each in found], str(current.get("name") or "")
    except (ConfigException, YAMLError, OSError, ValueError, TypeError, KeyError):
        return (), ""


def api_client(context: str, kubeconfig: str = "") -> "ApiClient":
    """A client of a context's cluster.

    Args:
        context: Of the kubeconfig; empty for the current one.
        kubeconfig: Its content or a path; empty for that of the environment.

    Raises:
        NoKubeconfig: there is no such context, or no kubeconfig.
    """
    # Two modules of the client and not its whole: the typed API takes two seconds to import.
    from kubernetes.client.api_client import ApiClient
    from kubernetes.client.configuration import Configuration
    from kubernetes.config import (
        ConfigException,
        load_incluster_config,
        load_kube_config,
        load_kube_config_from_dict,
    )
    from yaml import YAMLError

    configuration = Configuration()
    configuration.retries = 0
    location = kubeconfig or _location()
    try:
        if "\n" in location or location.lstrip().startswith("{"):
            load_kube_config_from_dict(  # type: ignore[no-untyped-call]
                _parsed(location),
                context=context or None,
                client_configuration=configuration,
                persist_config=False,
            )
        # In the order of the provider: a kubeconfig, else the pod this runs in.
        elif not context and not _is_there(location):
            load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
        else:
            load_kube_config(  # type: ignore[no-untyped-call]
                config_file=location,
                context=context or None,
                client_configuration=configuration,
                persist_config=False,
            )
    except (ConfigException, YAMLError, OSError, ValueError, TypeError, KeyError) as error:
        said = " ".join(str(error).split())
        # What a credential plugin printed is quoted by other messages, and is nobody's business.
        known = isinstance(error, ConfigException) and said.startswith(_HARMLESS)
        raise NoKubeconfig(
            f"there is no cluster to read: {said if known else type(error).__name__}"
        ) from None
    return ApiClient(configuration)


def _location() -> str:
    return os.environ.get("KUBECONFIG") or str(Path("~/.kube/config").expanduser())


def _is_there(location: str) -> bool:
    files = [Path(name).expanduser() for name in location.split(os.pathsep) if name]
    return any(file.exists() for file in files)


def _parsed(kubeconfig: str) -> object:
    # Imported here, as the client is.
    import yaml

    try:
        return yaml.safe_load(kubeconfig)
    except yaml.YAMLError:
        raise ValueError("no YAML") from None
