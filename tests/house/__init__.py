"""The house: import rules, words in their places, settings, packaging, the launcher."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "handlers", "store")
