"""What there is: the cluster, the state, and the facts in both that decide about data."""
