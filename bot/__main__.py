"""`python -m bot` is the `wenming` command."""

import sys

from bot.cli import main

sys.exit(main())
