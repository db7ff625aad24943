"""Deployment and StatefulSet: their args, the model these become, and the objects built from it."""
