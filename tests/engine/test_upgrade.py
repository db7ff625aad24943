"""A stack of an earlier version goes on with this one: nothing is made again, nothing deleted."""

from .conftest import Config, Deployment
from .parts import Parts, part


def test_claims_that_were_called_like_themselves_are_called_like_their_workload(
    deployment: Deployment,
) -> None:
    parts = Parts(deployment.workspace, deployment.name)
    other = f"{deployment.name}-b"

    def web(name: str, namespace: str) -> Config:
        volume = {
            "name": "data",
            "mount_path": "/data",
            "size": "1Gi",
            "storage_class_name": parts.class_name,
        }
        return part(
            "PersistentDeployment",
            name,
            namespace=namespace,
            image="redis:8",
            volumes=[volume],
            preflight={},
        )

    before = [parts.storage(), web("shop", parts.name)]
    parts.components(*before).up()
    data = parts.data()
    # The state as 0.1 left it.
    file = parts.workspace.stacks / f".pulumi/stacks/statefast-components/{parts.name}.json"
    state = file.read_text()
    assert "::shop.data" in state
    file.write_text(
        state.replace("::shop.data", "::data").replace("VolumeClaim shop.data", "VolumeClaim data")
    )

    assert parts.preview().changes.keys() == {"unchanged"}
    # A claim of the same name in another namespace takes none of its places.
    more = [part("WorkloadNamespace", other), web("wiki", other)]
    changes = parts.components(*before, *more).up().changes
    assert changes.keys() == {"created", "unchanged"}
    assert parts.up().changes.keys() == {"unchanged"}
    assert parts.data() == data
    parts.destroy()
    assert parts.data() == data
    parts.kubectl("delete", "namespace", other, "--wait=false", namespace=False)
