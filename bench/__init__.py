"""Figures of speed and size, each a ratio of two sides that are measured in one run on one machine."""
