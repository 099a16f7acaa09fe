"""A pretend WeChat platform for demonstrations and tests; it imports nothing of the service it stands in front of."""
