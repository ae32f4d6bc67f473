"""Where the journal is kept: the port, Redis behind it, and an embedded server for those without one."""
