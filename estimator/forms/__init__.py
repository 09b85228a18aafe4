"""Results of the engine in the JSON forms of the command. Money and counts are numbers, times ISO strings in UTC."""
