"""The local door for operators: one Unix socket on which the running daemon says what it knows."""
