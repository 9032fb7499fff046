"""Log records on a terminal: what somebody must act on, and each step where that is asked for; never a secret."""

import logging

from assets.redaction import clean_logs

ROOMS = ("assets", "quality", "publish", "pipelines")


def to_terminal(*, verbose: bool) -> None:
    """Write the records of our own rooms to standard error."""
    clean_logs()
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("  %(message)s"))
    for room in ROOMS:
        logger = logging.getLogger(room)
        logger.handlers = [handler]
        logger.propagate = False  # else a library that writes everything to the terminal would write it twice
        logger.setLevel(logging.INFO if verbose else logging.WARNING)
