"""`python -m portal up | install | reset`, run by the portal's own Python from the root of the repository."""

import argparse
import sys
import time
from pathlib import Path

from portal import jars, up
from portal.layout import JARS, ROOT, State
from portal.supervisor import ProgramError, Stopped, stop_on_signals


def main() -> int:
    """Carry out one command; 0 done or asked to stop, 1 something failed (said in words)."""
    arguments = _parser().parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        with stop_on_signals(leash=getattr(arguments, "leash", False)):
            return int(arguments.do(arguments))
    except Stopped:
        print("portal: stopped")
        return 0
    except ProgramError as error:
        print(f"portal: {error}", file=sys.stderr)
        return 1


def _up(arguments: argparse.Namespace) -> int:
    state = State(arguments.state.resolve())
    return up.run(up.Order(state=state, secrets=arguments.secrets.resolve(), port=arguments.port))


def _install(_: argparse.Namespace) -> int:
    began = time.monotonic()
    fetched = jars.install(JARS)
    print(f"portal: {len(jars.locked())} jars, {fetched} downloaded, {time.monotonic() - began:.1f} s")
    return 0


def _reset(arguments: argparse.Namespace) -> int:
    up.reset(State(arguments.state.resolve()))
    print("portal: empty; the next start makes it anew")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m portal", description=__doc__)
    commands = parser.add_subparsers(required=True)
    start = commands.add_parser("up", help="start the portal and stay until Ctrl-C")
    start.add_argument("--port", type=int, default=5000, help="preferred; another is taken if it is in use")
    start.add_argument("--secrets", type=Path, default=ROOT / ".terang/secrets", help="where URL and token go")
    start.add_argument("--leash", action="store_true", help="stop when standard input closes")
    start.set_defaults(do=_up)
    fetch = commands.add_parser("install", help="download Solr's jars")
    fetch.set_defaults(do=_install)
    empty = commands.add_parser("reset", help="remove everything the portal holds")
    empty.set_defaults(do=_reset)
    for command in (start, empty):
        command.add_argument("--state", type=Path, default=ROOT / ".terang/portal", help="the portal's folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
