"""Kubernetes manifests of any age, read into a workload file and the config of a stack."""
