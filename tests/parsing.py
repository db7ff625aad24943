"""Reads Python as a tree, in peace."""

import ast
import gc

__all__ = ["tree"]


def tree(text: str) -> ast.Module:
    """The tree of a text.

    Nothing is collected meanwhile: a task that is destroyed is logged with a traceback, which
    parses as well, and Python 3.11 loses count of its depth (python/cpython#106905).
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        if collects:
            gc.enable()
