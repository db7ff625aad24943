"""What runs: one YAML file an application, read and checked here."""

from .loader import WorkloadFile, WorkloadFiles, load_workload, workload_names

__all__ = ["WorkloadFile", "WorkloadFiles", "load_workload", "workload_names"]
