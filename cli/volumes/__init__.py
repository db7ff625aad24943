"""Every volume of the stacks of a cluster: what is on it, what keeps it, and its last snapshot."""
