"""The functions and variables of `ta.*`.

Classes take the current value of their source, keep their own windows, and advance only when they are called.
"""
