"""`statefast adopt`: what lives becomes a stack's, and stays the object it is."""
