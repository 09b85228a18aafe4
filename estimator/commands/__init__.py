"""What each verb of the estimator command asks for and does: read, call the engine, show. No arithmetic here."""
