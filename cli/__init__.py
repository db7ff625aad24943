"""The command line: what people run beside `pulumi`."""
