"""The tests: the real service behind the pretend platform, on both databases."""
