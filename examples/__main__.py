"""`python -m examples up | change | expected`, run by the pipeline's Python from the root of the repository."""

import argparse
import json
import sys
from pathlib import Path

from portal.layout import ROOT, State
from portal.supervisor import ProgramError, Stopped, stop_on_signals


def main() -> int:
    """Carry out one command; 0 done or asked to stop, 1 something failed (said in words)."""
    arguments = _parser().parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        with stop_on_signals(leash=getattr(arguments, "leash", False)):
            return int(arguments.do(arguments))
    except Stopped:
        print("systems: stopped")
        return 0
    except ProgramError as error:
        print(f"systems: {error}", file=sys.stderr)
        return 1


def _up(arguments: argparse.Namespace) -> int:
    from examples import systems  # noqa: PLC0415 (each command loads what it needs)

    state = State(arguments.state.resolve())
    return systems.run(systems.Order(state=state, secrets=arguments.secrets.resolve(), scale=arguments.scale))


def _demo(arguments: argparse.Namespace) -> int:
    from examples import demo  # noqa: PLC0415

    return demo.run(demo.Demo(scale=arguments.scale, once=arguments.once))


def _change(arguments: argparse.Namespace) -> int:
    from examples import change, systems  # noqa: PLC0415

    print(change.change(systems.running(State(arguments.state.resolve()))))
    return 0


def _expected(arguments: argparse.Namespace) -> int:
    import tempfile  # noqa: PLC0415

    from examples.kabupaten import answers, world  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        truth = world.write(Path(folder), arguments.scale, lambda _: None)
    print(json.dumps(answers.expected(truth), ensure_ascii=False, indent=1))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples", description=__doc__)
    commands = parser.add_subparsers(required=True)
    start = commands.add_parser("up", help="start the systems and stay until Ctrl-C")
    start.add_argument("--secrets", type=Path, default=ROOT / ".terang/secrets", help="where URLs and keys go")
    start.add_argument("--leash", action="store_true", help="stop when standard input closes")
    start.set_defaults(do=_up)
    whole = commands.add_parser("demo", help="everything, from the systems to the portal")
    whole.add_argument("--once", action="store_true", help="stop everything at the end")
    whole.set_defaults(do=_demo)
    day = commands.add_parser("change", help="make the changes of one more day in the running ledger")
    day.set_defaults(do=_change)
    answers = commands.add_parser("expected", help="print the counts and totals that a correct run finds")
    answers.set_defaults(do=_expected)
    for command in (start, whole, answers):
        command.add_argument("--scale", type=int, default=1, help="1: about 50,000 payments; 40: about 2 million")
    for command in (start, day):
        command.add_argument("--state", type=Path, default=ROOT / ".terang/systems", help="the systems' folder")
    return parser


if __name__ == "__main__":
    sys.exit(main())
