"""`make fuzz`: mutated requests against the whole service."""
