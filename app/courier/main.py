"""``madoguchi courier``: the command line. Every act asks two persons, one after the other."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from app.core.clock import Clock, SystemClock
from app.core.errors import UserError
from app.core.files import write_whole
from app.core.language import in_words
from app.core.signs import plain
from app.core.tables import Tables, load_tables, shipped_tables
from app.core.usage import Parser, command_name
from app.courier import keys, work
from app.courier.book import Book, blank, read_book
from app.courier.keys import Newcomer, Opened
from app.courier.plain import read_charset, set_charset, write_list
from app.courier.work import Courier
from app.rules import identifiers
from app.security.keys.derivation import STANDARD, Argon2Parameters
from app.security.staff.password import PasswordRules, check_new_password, rules_in_words
from app.start.talk import Talk, keyboard, not_blank, until_right
from app.sync.media.files import FOLDER, INCOMING
from app.wire.cards import card_fingerprint
from app.wire.characters import CHARSETS, Charset
from app.wire.values import Codes, code_sets

DONE, FAILED = 0, 1
CARD = "courier.card"
_YES = "はい"
_ACTS = {
    "made": "鍵を作った",
    "trusted": "相手を登録した",
    "sealed": "封をした",
    "delivered": "置いた",
    "opened": "開けた",
    "skipped": "抜けを承知で開けた",
    "again": "同じものがまた届いた",
    "person": "担当を変えた",
    "charset": "文字コードを変えた",
}


class Program:
    """One run: where the keys lie, who is at the keyboard, the time."""

    def __init__(
        self, home: Path, talk: Talk, clock: Clock, cost: Argon2Parameters = STANDARD
    ) -> None:
        self._home = home
        self._talk = talk
        self._clock = clock
        self._cost = cost

    # -- commands --------------------------------------------------------------------------

    def init(self, arguments: argparse.Namespace) -> int:
        """Keys for a courier of two persons."""
        municipality = identifiers.municipality_code(arguments.municipality)
        persons = [self._newcomer(f"{at}人目") for at in (1, 2)]
        names = (f"C-{municipality}", arguments.title, municipality)
        keys.create(self._home, names, persons, self._cost)
        with Book(self._home) as book:
            book.write(blank("made", self._at(), tuple(one.id for one in persons)))
        self._talk.say(
            f"鍵を作りました（{self._home}）。続けて madoguchi courier card を行います。"
        )
        return DONE

    def card(self, arguments: argparse.Namespace) -> int:
        """Write our card onto a medium or into a folder."""
        with self._open() as here:
            data = work.own_card(here.keys, here.at)
            target = _card_place(arguments.to)
            write_whole(target, data)
            digits = card_fingerprint(data)
        self._talk.say(f"名刺を書きました： {target}")
        self._talk.say(f"端末の責任者と読み合わせる照合コード： {digits}")
        return DONE

    def trust(self, arguments: argparse.Namespace) -> int:
        """Take a terminal's or relay's card after comparing its digits."""
        data, card, digits = work.read_card(arguments.card)
        self._talk.say(f"{card.title}（{card.name}）の照合コード： {digits}")
        with self._open() as here:
            self._confirmed("相手と読み合わせ、同じでしたか")
            work.trust(here, data, card)
        self._talk.say(f"{card.name} を相手として登録しました。")
        return DONE

    def seal(self, arguments: argparse.Namespace) -> int:
        """Look a file through, show what it is, seal it."""
        to = work.partner(self._home, arguments.to)
        counted = work.look_through(arguments.file, self._codes(), self._charset())
        spec = counted.spec
        self._talk.say(
            f"{spec.title}（{spec.id}）　{counted.count:,}件　宛先 {to.title}（{to.name}）"
        )
        listed = write_list(arguments.file, counted.unmapped)
        if listed is not None:
            self._talk.say(
                f"〓にした外字が {len(counted.unmapped)}か所あります。文字リスト： {listed}"
            )
        with self._open() as here:
            self._confirmed("件数と宛先は正しいですか")
            out = _medium_folder(arguments.out)
            target = work.seal(here, arguments.file, counted, to, out)
        self._talk.say(f"封をしました： {target}")
        return DONE

    def open(self, arguments: argparse.Namespace) -> int:
        """Open what came, check it, put the plain file where the municipal system reads it."""
        with self._open() as here:
            opened = work.unseal(
                here, arguments.file, arguments.out, skip_missing=arguments.skip_missing
            )
            if not arguments.keep:
                work.take_away(arguments.file)
        if opened.again:
            self._talk.say(
                f"同じものを {opened.again[:16].replace('T', ' ')} に開けてあります"
                f"（{opened.path.name}、{opened.count:,}件）。二重には開けません。"
            )
            return DONE
        self._talk.say(f"開けました： {opened.path}（{opened.count:,}件）")
        if opened.digits:
            self._talk.say(f"受領証に書く照合コード： {opened.digits}")
        if opened.characters is not None:
            self._talk.say(
                f"市区町村システムの文字コードにない文字がありました。文字リスト： "
                f"{opened.characters}"
            )
        return DONE

    def charset(self, arguments: argparse.Namespace) -> int:
        """Say in which character set the municipal system reads and writes."""
        with self._open() as here:
            set_charset(self._home, arguments.charset)
            here.book.write(blank("charset", here.at, here.keys.by, note=arguments.charset))
        self._talk.say(f"市区町村システムの文字コード： {CHARSETS[arguments.charset]}")
        return DONE

    def again(self, arguments: argparse.Namespace) -> int:
        """Put a sealed copy once more."""
        with self._open() as here:
            target = work.deliver(here, arguments.id, _medium_folder(arguments.out))
        self._talk.say(f"もう一度置きました： {target}")
        return DONE

    def person(self, arguments: argparse.Namespace) -> int:
        """Add or drop somebody."""
        with self._open() as here:
            if arguments.change == "add":
                who = self._newcomer("新しい担当")
                fresh, note = keys.add(here.keys, who, self._cost), f"+{who.id}"
            else:
                fresh, note = keys.drop(here.keys, arguments.id), f"-{arguments.id}"
            keys.write(self._home, fresh)
            here.book.write(blank("person", here.at, here.keys.by, note=note))
        self._talk.say(f"担当： {'、'.join(one.id for one in fresh.persons)}")
        return DONE

    def status(self, arguments: argparse.Namespace) -> int:
        """Who, with whom, and the newest lines of the proved book."""
        file = keys.read(self._home)
        self._talk.say(f"{file.title}（{file.name}）　担当 {'、'.join(p.id for p in file.persons)}")
        known = "、".join(work.partners(self._home)) or "まだいません"
        self._talk.say(f"相手： {known}")
        entries = list(read_book(self._home))
        for one in entries[-arguments.lines :]:
            what = " ".join(
                filter(None, (one.file, one.peer, f"{one.count:,}件" if one.count else ""))
            )
            self._talk.say(f"{one.at[:16]} {_ACTS.get(one.act, one.act)} {what}（{one.by}）")
        self._talk.say(f"受渡記録 {len(entries)} 行は、書かれたときのままです。")
        return DONE

    # -- parts -----------------------------------------------------------------------------

    @contextmanager
    def _open(self) -> Iterator[Courier]:
        file = keys.read(self._home)
        with Book(self._home) as book:
            opened = self._two(lambda two: keys.open_keys(file, two))
            yield Courier(self._home, opened, book, self._codes(), self._clock.now, self._charset())

    def _two(self, opening: Callable[[list[tuple[str, str]]], Opened]) -> Opened:
        two = []
        for at in (1, 2):
            who = plain(self._talk.ask(f"{at}人目の職員番号"))
            two.append((who, self._talk.secret(f"{who} のパスワード")))
        return opening(two)

    def _newcomer(self, which: str) -> Newcomer:
        talk = self._talk
        person_id = plain(talk.ask(f"{which}の職員番号"))
        name = until_right(talk, lambda: not_blank("氏名")(talk.ask(f"{which}の氏名")))
        talk.say(rules_in_words(PasswordRules()))

        def chosen() -> str:
            first = talk.secret("新しいパスワード")
            if first != talk.secret("もう一度"):
                raise UserError(
                    "courier.not_the_same", "二つのパスワードが違います。", "入れ直してください。"
                )
            check_new_password(first, person_id, PasswordRules(), (), self._cost)
            return first

        return Newcomer(person_id, name, until_right(talk, chosen))

    def _confirmed(self, question: str) -> None:
        if self._talk.ask(f"{question}（二人で確かめ「{_YES}」）") != _YES:
            raise UserError(
                "courier.not_confirmed",
                "確かめられなかったため、何もしていません。",
                "内容と相手を確かめてから、もう一度行ってください。",
            )

    @cached_property
    def _tables(self) -> Tables:
        return load_tables(shipped_tables())

    def _charset(self) -> Charset:
        return read_charset(self._home, self._tables, self._clock.now().date())

    def _codes(self) -> Codes:
        return code_sets(self._tables, self._clock.now().date())

    def _at(self) -> str:
        return self._clock.now().isoformat(timespec="seconds")


def _medium_folder(out: Path) -> Path:
    """Where a terminal looks, if ``out`` is a registered medium; else ``out`` itself."""
    ours = out / FOLDER
    if not ours.is_dir():
        return out
    (ours / INCOMING).mkdir(exist_ok=True)
    return ours / INCOMING


def _card_place(to: Path) -> Path:
    ours = to / FOLDER
    return (ours if ours.is_dir() else to) / CARD


def main(argv: list[str], home: Path, talk: Talk | None = None, clock: Clock | None = None) -> int:
    """One command of ``madoguchi courier``; ``home`` is where keys and book lie. Raises what the
    command raises, SystemExit for wrong usage."""
    told = ["--help"] if argv in ([], ["help"]) else argv
    arguments = _parser().parse_args(told)
    program = Program(home, talk or keyboard(), clock or SystemClock())
    chosen: Callable[[argparse.Namespace], int] = getattr(program, arguments.act)
    return chosen(arguments)


def _parser() -> Parser:
    parser = Parser(
        prog="madoguchi courier",
        description=in_words(
            "市区町村システムの側で、二人で封をし、開ける。鍵の場所は courier の前の --data DIR",
            "Seals and opens at the municipal system's side, by two; --data DIR before courier",
        ),
    )
    commands = parser.add_subparsers(
        dest="act", required=True, title=in_words("命令", "commands"), metavar=command_name()
    )

    def command(name: str, *texts: str) -> Parser:
        text = in_words(*texts)
        made: Parser = commands.add_parser(name, help=text, description=text)
        return made

    init = command("init", "二人で受渡しの鍵を作る", "make the keys, by two")
    init.add_argument("--municipality", required=True, metavar="NNNNNN")
    init.add_argument("--title", required=True, metavar="NAME")
    card = command("card", "名刺を媒体か場所に書く", "write our card onto a medium or folder")
    card.add_argument("--to", type=Path, required=True, metavar="DIR")
    trust = command("trust", "端末の名刺を登録する", "take a terminal's or relay's card")
    trust.add_argument("card", type=Path)
    seal = command("seal", "ファイルに封をして置く", "seal a file and put it")
    seal.add_argument("file", type=Path)
    seal.add_argument("--to", default="", metavar="NAME")
    seal.add_argument("--out", type=Path, required=True, metavar="DIR")
    opening = command("open", "届いたものを開ける", "open what came")
    opening.add_argument("file", type=Path)
    opening.add_argument("--out", type=Path, required=True, metavar="DIR")
    missing = in_words("前のものが抜けていることを承知で開ける", "open although earlier ones miss")
    opening.add_argument("--skip-missing", action="store_true", help=missing)
    kept = in_words("封をしたままのものを残す", "keep the sealed file")
    opening.add_argument("--keep", action="store_true", help=kept)
    charset = command(
        "charset", "市区町村システムの文字コード", "the municipal system's character set"
    )
    charset.add_argument("charset", choices=tuple(CHARSETS))
    again = command("again", "封をしたものをもう一度置く", "put a sealed file again")
    again.add_argument("id")
    again.add_argument("--out", type=Path, required=True, metavar="DIR")
    person = command("person", "担当を加える、外す", "add or drop a person")
    person.add_argument("change", choices=("add", "drop"))
    person.add_argument("id", nargs="?", default="")
    status = command("status", "担当・相手・記録を見る", "persons, partners, the proved book")
    status.add_argument("--lines", type=int, default=20, metavar="N")
    return parser
