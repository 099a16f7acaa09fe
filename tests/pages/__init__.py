"""Citizens' web pages."""
