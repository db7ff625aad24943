"""Builds and runs a real Kubernetes control plane on this machine, for trying and testing."""
