"""Where a workload lies and how its bytes become rows, in bounded memory: nothing here knows what they mean."""
