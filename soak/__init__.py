"""Whole days of the real daemon against the paper gateway in virtual time, with faults, in one process."""
