"""The gate: reads what `pulumi preview` would do, and says what that does to the data.

Pure rules over a typed reading of the preview; no cluster is asked and nothing is written but
the reports.
"""
