"""Peers doing the same job as far as they can, in an environment of their own: verify, parse, remember, answer."""
