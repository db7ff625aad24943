"""What this costs, measured beside the same in raw Pulumi; docs/performance.md has the results."""
