"""What becomes of each object in this run, decided before anything is registered."""
