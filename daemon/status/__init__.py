"""What the running daemon knows: gathered, put in words, asked for over its socket."""
