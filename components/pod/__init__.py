"""The parts of a pod that need to know nothing of the workload they are in."""
