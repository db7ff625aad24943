"""Edits that keep every claim, and start the application beside its data: refused in one sentence.

The program is a copy, since what runs and where it mounts is in its workload files.
"""

import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from localcluster.layout import PROJECT, Workspace

from .conftest import Config, Deployment, fresh_name

POSTGRESQL: Config = {"storage": {"size": "1Gi"}}
MYSQL: Config = {"pattern": "deployment", "storage": {"size": "1Gi"}}
FOLDERS = ("__main__.py", "Pulumi.yaml", "statefast", "settings", "workloads")
LATER = Path(__file__).parent / "programs" / "later"
PGDATA = "/var/lib/postgresql/data/pgdata"


class Program(Deployment):
    """A stack of a copy of this program, whose workload files may be edited."""

    def __init__(self, workspace: Workspace, name: str, folder: Path) -> None:
        for source in (PROJECT / name for name in FOLDERS):
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, folder / source.name, ignore=ignored)
            else:
                shutil.copy(source, folder)
        self.files = folder / "workloads"
        super().__init__(workspace, name, project=folder)

    def edited(self, file: str, old: str, new: str) -> "Program":
        """Another text in a workload file, or the old one again."""
        path = self.files / f"{file}.yaml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
        return self


@pytest.fixture
def program(
    workspace: Workspace, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Program]:
    place = Program(workspace, fresh_name(request), tmp_path)
    yield place
    place.kubectl("delete", "namespace", place.name, "--wait=false", namespace=False)
    place.kubectl("delete", "storageclass", f"rbd-{place.name}", namespace=False)


def consent(sentence: str) -> str:
    """The consent that a refusal asks for."""
    found = re.search(r"adding '(.*?\[[0-9a-f]{8}\])' to consent", sentence)
    assert found is not None, sentence
    return found[1]


def postgresql(**changes: object) -> dict[str, Config]:
    return {"postgresql": {**POSTGRESQL, **changes}, "mysql": MYSQL}


def mysql(**changes: object) -> dict[str, Config]:
    return {"postgresql": POSTGRESQL, "mysql": {**MYSQL, **changes}}


def test_the_data_is_read_where_it_was_until_its_owner_consents(program: Program) -> None:
    program.workloads(**mysql()).up()
    data, pods, owners = program.data(), program.uids("pod"), program.uids("statefulset")
    assert sorted(data) == ["mysql-vol", "postgresql-vol-postgresql-0"]

    # By config: a variable, out of the volume; a line of a file; the version.
    outside = program.workloads(**postgresql(env={"PGDATA": "/var/lib/pg"}))
    outside.refused("env.PGDATA", f"'{PGDATA}'", "no volume is there", "goes with the pod", up=True)
    elsewhere = {"/etc/mysql/conf.d/statefast.cnf": "[mysqld]\ndatadir = /var/lib/mysql/new\n"}
    program.workloads(**mysql(configFiles=elsewhere))
    program.refused("config_files./etc/mysql/conf.d/statefast.cnf.datadir", "'(none)'")
    program.workloads(**postgresql(image="postgres:18.0"))
    program.refused("image", "version 18 does not read data of version 17", "dump", up=True)

    # By the workload file: where the volume is mounted, an option of the server, the user.
    program.workloads(**mysql())
    for old, new, said in (
        ("mountPath: /var/lib/mysql", "mountPath: /srv/mysql", "volumes.mysql-vol.mount_path"),
        ("--datadir=/var/lib/mysql/data", "--datadir=/srv", "args.--datadir"),
        ("runAsUser: 999", "runAsUser: 1000", "the files belong to the one"),
        ("name: vol", "name: data", "its data is in mysql-vol"),
    ):
        program.edited("mysql", old, new).refused("Deployment mysql: ", said, "consent")
        program.edited("mysql", new, old)

    # Whoever is asked by the template alone says the same.
    program.kubectl("annotate", "statefulset,pvc", "--all", "statefast/data-")
    moved = program.workloads(**postgresql(env={"PGDATA": f"{PGDATA}2"}))
    given = consent(moved.refused("env.PGDATA", f"'{PGDATA}'"))
    assert program.uids("pod") == pods

    program.config["statefast:consent"] = [given]
    program.up()
    assert program.data() == data
    assert program.uids("statefulset") == owners
    claim = program.get("pvc", "postgresql-vol-postgresql-0")["metadata"]["annotations"]
    assert f'"env.PGDATA":"{PGDATA}2"' in claim["statefast/data"]
    assert set(program.up().changes) == {"unchanged"}

    # The way back is another change, by the template and by the claims that are left.
    program.workloads(**mysql())
    program.refused("env.PGDATA", f"but it has '{PGDATA}2'")
    program.workloads(**postgresql(env={"PGDATA": f"{PGDATA}2"}))
    program.destroy()
    program.workloads(**mysql())
    program.refused("claim postgresql-vol-postgresql-0 was left with", f"{PGDATA}2'", up=True)
    assert program.data() == data
    program.workloads(**postgresql(env={"PGDATA": f"{PGDATA}2"})).up()
    assert program.data() == data


def test_a_workload_goes_on_with_its_claims_until_its_owner_consents(
    deployment: Deployment,
) -> None:
    deployment.workloads(**mysql()).up()
    data, uids = deployment.data(), deployment.uids("deployment")

    moved = deployment.workloads(**postgresql(firstOrdinal=3))
    moved.refused(
        "postgresql-vol-postgresql-3", "its data is in postgresql-vol-postgresql-0", up=True
    )
    deployment.claim_of_nobody("other", "1Gi")
    other = {"volumes": {"vol": {"existingClaim": "other"}}}
    deployment.workloads(**mysql(storage=other))
    deployment.refused("'other'", "its data is in mysql-vol", "nothing is deleted")

    switched = deployment.workloads(**mysql(pattern="stateful-set"))
    sentence = switched.refused("mysql-vol-mysql-0", "new and empty", "its data is in mysql-vol")
    deployment.config["statefast:consent"] = [consent(sentence)]
    assert "kept with their data: mysql-vol " in deployment.up().text
    now = deployment.data()
    assert {name: now[name] for name in data} == data
    assert "mysql-vol-mysql-0" in now
    # Nor is the way back without a word: what was written since would be left.
    deployment.workloads(**mysql()).refused("its data is in mysql-vol-mysql-0")
    assert "mysql" not in deployment.uids("deployment")
    assert "mysql" in uids


def test_a_folder_that_is_known_later_is_compared_then(
    workspace: Workspace, request: pytest.FixtureRequest
) -> None:
    app = Deployment(workspace, fresh_name(request), project=LATER)
    class_name = f"rbd-{app.name}"
    app.kubectl("apply", "-f", "-", stdin=CLASS.format(name=class_name), namespace=False)

    def folder(name: str, *, hidden: bool = False, consents: Sequence[str] = ()) -> Deployment:
        app.config = {
            "later:namespace": app.name,
            "later:class": class_name,
            "later:folder": name,
            "later:hidden": hidden,
            "later:consent": list(consents),
        }
        return app

    try:
        folder("/data/a").up()
        data, live = app.data(), app.footprint()
        sentence = folder("/data/b").refused("env.DIR is '/data/b'", "it has '/data/a'", up=True)
        # A preview that does not know it does not call it safe; `up` knows, and compares.
        hidden = folder("/data/a", hidden=True).preview(ok=False)
        assert "env.DIR is '(not known yet)', but it has '/data/a'" in hidden.text
        assert "Traceback" not in hidden.text
        assert set(app.up().changes) == {"unchanged"}
        assert app.footprint() == live
        folder("/data/b", consents=[consent(sentence)]).up()
        (container,) = app.get("deployment", "app")["spec"]["template"]["spec"]["containers"]
        assert container["env"] == [{"name": "DIR", "value": "/data/b"}]
        assert app.data() == data
    finally:
        app.kubectl("delete", "namespace", app.name, "--wait=false", namespace=False)
        app.kubectl("delete", "storageclass", class_name, namespace=False)


CLASS = """
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {{name: {name}}}
provisioner: rbd.csi.ceph.com
parameters: {{clusterID: test, pool: test}}
"""
