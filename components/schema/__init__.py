"""What is written in args and files: keys, kinds, names, labels, sizes, and their refusals."""
