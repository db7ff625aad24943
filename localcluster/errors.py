"""The one error of this package that a user is meant to read."""


class LocalClusterError(Exception):
    """Something the user can act on, said in one sentence that names the remedy."""
