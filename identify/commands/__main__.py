"""The command's process: run as ``sip-identify`` or ``python -m identify.commands``.

It imports nothing of the command until signals end the process as they end other programs.
"""

import signal

__all__ = ["main"]


def main() -> None:
    """Run the command with the arguments of the process."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from identify.commands.main import main as run  # noqa: PLC0415  It takes the longest part of a short run.

    run()


if __name__ == "__main__":
    main()
