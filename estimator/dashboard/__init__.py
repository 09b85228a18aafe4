"""The pages: each asks, calls the engine, and shows. No arithmetic here."""
