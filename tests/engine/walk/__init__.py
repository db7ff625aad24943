"""A random walk over one stack on the real engine, and what has to hold after each step.

`make walk MINUTES=60 SEED=7` walks by hand, tests/engine/test_walk.py in CI.
"""
