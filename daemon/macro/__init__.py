"""Macro facts: where they come from, and how they reach the loop at their release."""
