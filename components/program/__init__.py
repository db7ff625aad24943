"""What guards the programs that people have: each set, workload and claim that they register."""
