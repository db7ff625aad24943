"""Classes, claims and namespaces: what holds data, whoever mounts it."""
