"""Results of the engine as tables in plain text, for people at a prompt."""
