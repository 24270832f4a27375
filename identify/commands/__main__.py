"""Run the command as ``python -m identify.commands``."""

from identify.commands.main import main

main()
