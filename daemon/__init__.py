"""The shell around the pure core: everything that touches the world."""
