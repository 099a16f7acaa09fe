"""The kill test: the real service, killed and frozen again and again while messages are in flight."""
