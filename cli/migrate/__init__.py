"""`statefast migrate`: the volumes of a Deployment become those of a StatefulSet, and back."""
