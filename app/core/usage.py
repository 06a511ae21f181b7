"""The command line's parser in the words of its reader: Japanese, or English (``--lang en``).

``argparse`` knows its own headings and complaints in English only; here they are said once.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from app.core.language import in_words

WRONG_USAGE = 2
LANGUAGES = ("ja", "en")

# What argparse complains of, and the Japanese of it. A complaint that none fits is told as it is.
_COMPLAINTS: tuple[tuple[str, str], ...] = (
    (r"the following arguments are required: (?:command|命令)", "命令がありません。"),
    (r"the following arguments are required: (.+)", "「{0}」の指定がありません。"),
    (
        r"argument (?:command|命令): invalid choice: '?(.+?)'? \(choose from .*\)",
        "「{0}」という命令はありません。",
    ),
    (
        r"argument (.+?): invalid choice: '?(.*?)'? \(choose from (.*)\)",
        "「{0}」に「{1}」は指定できません（指定できるもの：{2}）。",
    ),
    (r"argument (.+?): invalid .* value: '?(.*?)'?", "「{0}」の「{1}」は、書き方が違います。"),
    (r"argument (.+?): expected .*", "「{0}」のあとに値がありません。"),
    (r"argument (.+?): ignored explicit argument '?(.*?)'?", "「{0}」に値は付けられません。"),
    (r"unrecognized arguments: (.+)", "「{0}」は、この命令では使えません。"),
)


def command_name() -> str:
    """What a command is called in usages: the metavar of every list of commands."""
    return in_words("命令", "command")


class Parser(argparse.ArgumentParser):
    """A parser whose headings and complaints are ours. It takes no shortened options."""

    def __init__(self, prog: str, *, description: str = "", epilog: str = "") -> None:
        super().__init__(
            prog,
            description=description,
            epilog=epilog,
            formatter_class=_Formatter,
            add_help=False,
            allow_abbrev=False,
        )
        self._positionals.title = in_words("指定するもの", "arguments")
        self._optionals.title = in_words("付けられるもの", "options")
        text = in_words("この説明を出して終わる", "show this and end")
        self.add_argument("-h", "--help", action="help", help=text)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is, on standard error; ends with 2."""
        where = in_words(
            f"使い方は {self.prog} --help で見られます。",
            f"See {self.prog} --help for its usage.",
        )
        self.exit(WRONG_USAGE, f"{in_words(complaint(message), message)}\n{where}\n")


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **{"max_help_position": 30, "width": 100, **options})

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(
            usage, actions, groups, in_words("使い方： ", "usage: ") if prefix is None else prefix
        )

    def _format_action(self, action: argparse.Action) -> str:
        """The commands stand below their heading one by one, without a line for all of them."""
        if isinstance(action, argparse._SubParsersAction):
            return "".join(map(super()._format_action, action._get_subactions()))
        return super()._format_action(action)


def complaint(message: str) -> str:
    """The Japanese of what argparse complains of."""
    for pattern, words in _COMPLAINTS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return words.format(*(part.replace("'", "") for part in found.groups()))
    return f"指定を読み取れません（{message}）。"


def without_language(arguments: list[str]) -> tuple[str, list[str]]:
    """``--lang`` wherever it stands, and the other arguments; "" when it is not given.

    Ends with 2 for a language that there is not.
    """
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    finder.add_argument("--lang", choices=LANGUAGES, default="")
    try:
        known, rest = finder.parse_known_args(arguments)
    except argparse.ArgumentError as error:
        print(complaint(str(error)), file=sys.stderr)
        sys.exit(WRONG_USAGE)
    return known.lang, rest
