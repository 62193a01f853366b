"""The chores behind the Makefile: each module runs as ``python -m tools.NAME``."""
