"""The command line: thin commands over the library, a file a command, each loaded when it is called.

stdout is data, stderr is talk. Exit codes: 0 done, 1 our fault, 2 wrong usage (also: would overwrite), 3 a file has
problems, 4 no plan fits.
"""

from __future__ import annotations

import atexit
import errno
import gc
import importlib
import os
import sys
import warnings
from collections.abc import Sequence
from typing import NoReturn

import click

from planner.cli.nearest import NEAREST, register
from planner.vocabulary.version import __version__

__all__ = ["main", "planner"]

# name -> one line of help. A command is the attribute of its name in the module of its name, with _ for -.
COMMANDS = {
    "demo": "The whole job on the bundled example.",
    "init": "Write a commented brief to fill in.",
    "check": "Validate a brief and say what the plan will rest on.",
    "plan": "Plan a promotion hour by hour.",
    "live": "On the day: plan the rest from what has happened.",
    "forecast": "The market table alone.",
    "backtest": "Score forecast and plan on past events.",
    "history": "Put any exports together to one tidy table.",
    "export": "Write a plan as an ad tool's own schedule.",
    "import-schedule": "Read an ad tool's schedule into a tidy CSV.",
    "playbook": "List, show or copy the built-in playbooks.",
    "sms-lists": "Write the recipient file of every message.",
    "compare": "Say what moved between two plans, and why.",
    "charts": "Draw a plan's charts again.",
    "doctor": "Say what this machine can draw, read and write.",
}


# What else may stand in the way of writing, and the entry that says it.
_BLOCKED = {
    errno.EROFS: "no_permission",
    errno.ENOENT: "no_place",
    errno.ENOSPC: "no_space",
    errno.ENAMETOOLONG: "long_name",
}


class _LazyGroup(click.Group):
    """A group whose commands are imported when one of them is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(importlib.import_module(f"planner.cli.{name}"), name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            raise click.exceptions.NoSuchCommand(name, possibilities=list(COMMANDS), ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # The one-line helps stand in the table above, so that listing the commands imports none of them.
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 a fault of ours, 2 wrong usage, 3 a file has problems, 4 no plan fits.",
)
@click.version_option(__version__, prog_name="planner")
@click.option("--debug", is_flag=True, help="Show the traceback of a fault, and what libraries warn of.")
def planner(debug: bool) -> None:
    """Plan paid traffic for an online promotion, hour by hour.

    \b
    planner demo -o out                          see what it does
    planner init --lang zh                       a brief to fill in
    planner plan brief.toml --history data.csv -o out
    """
    if not debug:
        _hush_libraries()


def _hush_libraries() -> None:
    """Keep what libraries warn their programmers of from a person who plans; --debug shows it."""
    import logging

    warnings.showwarning = lambda *_, **__: None
    logging.lastResort = logging.NullHandler()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code the module promises."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    # A command is short: imports and plans make objects that live to its end, and going through them every time some
    # hundred more were made costs a twentieth of the whole. Cycles are still collected, only seldom.
    gc.set_threshold(500_000, 50, 100)
    # Nor is anything gone through once more at the end: it goes with the process.
    atexit.register(gc.freeze)
    # We have no plugins of pydantic, and looking for some opens a file of every package that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    register()
    for stream in (sys.stdout, sys.stderr):
        # A console or a redirected stdout may have a code page without some of our characters: show the nearest.
        stream.reconfigure(errors=NEAREST)  # type: ignore[union-attr]
    try:
        planner.main(arguments, prog_name="planner", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("interrupted", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as blocked:
        kind = _blocked_by(blocked)
        sys.exit(_refuse(blocked, kind) if kind else _report(blocked, debug="--debug" in arguments))
    except Exception as fault:
        sys.exit(_report(fault, debug="--debug" in arguments))
    sys.exit(0)


def _blocked_by(blocked: OSError) -> str | None:
    """Return the entry that says what stands in the way of writing; None where it is a fault of ours."""
    # Those that we raise ourselves carry no number.
    kinds = {IsADirectoryError: "a_folder", NotADirectoryError: "a_file", PermissionError: "no_permission"}
    return kinds.get(type(blocked)) or _BLOCKED.get(blocked.errno or 0)


def _refuse(blocked: OSError, kind: str) -> int:
    """Say on stderr what cannot be written to, and return the exit code."""
    from planner.cli.options import language
    from planner.vocabulary.wording import say

    click.echo(say(f"cli.{kind}", language(), path=blocked.filename or blocked), err=True)
    return 2


def _report(fault: Exception, *, debug: bool) -> int:
    """Say what went wrong on stderr and return the exit code."""
    from planner.cli.options import language
    from planner.vocabulary.errors import PlannerError
    from planner.vocabulary.wording import say

    if isinstance(fault, PlannerError):
        lang = language()
        click.echo(fault.text(lang), err=True)
        click.echo(say("cli.nothing_written", lang, count=len(fault.problems)), err=True)
        return fault.exit_code
    if debug:
        import traceback

        traceback.print_exception(fault)
    click.echo(say("cli.our_fault", "en", kind=type(fault).__name__, why=fault), err=True)
    return 1
