"""The benchmark: the real service and its peers under one load, each measured against a bare aiohttp handler."""
