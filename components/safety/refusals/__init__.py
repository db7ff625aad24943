"""What is refused, a file for each reason: pure functions over plain values and what was read."""
