"""Staff's web, seen from a browser."""
