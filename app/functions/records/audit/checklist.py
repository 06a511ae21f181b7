"""自己点検チェックリスト (FORM-88, SEC-165): what the program knows it answers, with its ground;
everything else is left for a person to look at and write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.functions.records.audit.sections import Section
from app.security.evidence import Row

FIT, UNFIT, BY_HAND = "適", "否", ""


@dataclass(frozen=True, slots=True)
class Answer:
    """適, 否, or empty; and what it rests on."""

    result: str
    ground: str


Sections = Mapping[str, Section]
Ask = Callable[[Sections], Answer]


def _count(section: str, has: Callable[[Row], bool], fault: str, fine: str) -> Ask:
    """Fit while no row of the section is such."""

    def ask(found: Sections) -> Answer:
        many = sum(1 for row in found[section].rows if has(row))
        return Answer(UNFIT, fault.format(many)) if many else Answer(FIT, fine)

    return ask


def _some(section: str, has: Callable[[Row], bool], fine: str, fault: str) -> Ask:
    """Fit where at least one row is such."""

    def ask(found: Sections) -> Answer:
        many = sum(1 for row in found[section].rows if has(row))
        return Answer(FIT, fine.format(many)) if many else Answer(UNFIT, fault)

    return ask


def _by_hand(ground: str) -> Ask:
    return lambda _found: Answer(BY_HAND, ground)


def _total(found: Sections, word: str) -> int:
    rows = (row for row in found["log"].rows if row[0] == word and row[1] == "合計")
    return sum(int(row[3].replace(",", "")) for row in rows)


def _off_hours(found: Sections) -> Answer:
    return Answer(
        BY_HAND, f"時間外の利用 {_total(found, '時間外の利用'):,}件。理由を確かめてください"
    )


def _numbers(found: Sections) -> Answer:
    many = _total(found, "個人番号を見た操作")
    return Answer(BY_HAND, f"個人番号を見た操作 {many:,}件。目的を抜き取りで確かめてください")


def _open(row: Row) -> bool:
    return row[1].startswith("次：")


CHECKS: tuple[tuple[str, Ask], ...] = (
    (
        "操作記録が書き換えられていない",
        _count("proof", lambda row: row[0] == "不備", "不備 {}件", "検証して不備なし"),
    ),
    (
        "操作記録を定期に点検している",
        _some("reviews", lambda row: True, "点検記録 {}件", "この期間に点検記録がありません"),
    ),
    (
        "点検で見つけた異常を調べた",
        _count(
            "reviews",
            lambda row: row[1].endswith("異常あり"),
            "異常ありの点検記録 {}件。調べた結果を確かめてください",
            "異常ありの点検記録なし",
        ),
    ),
    ("時間外の利用に理由がある", _off_hours),
    ("個人番号を見た操作に目的がある", _numbers),
    (
        "利用者とその権限が、いまの事務に合っている",
        _by_hand("資料「ユーザの一覧」「アクセス権限と手続き」"),
    ),
    (
        "委託先の人に利用の期限がある",
        _count(
            "users",
            lambda row: row[1].startswith("委託先") and row[2].endswith("から"),
            "期限のない委託先の人 {}人",
            "期限のない委託先の人なし",
        ),
    ),
    (
        "キーのない利用者がいない",
        _count("users", lambda row: row[3] == "0", "キーのない利用者 {}人", "なし"),
    ),
    (
        "媒体の消去が終わっている",
        _count("media", lambda row: "消去待ち" in row[1], "消去待ち {}件", "消去待ちなし"),
    ),
    (
        "期間のバックアップがある",
        _some("backups", lambda row: row[3] != "0", "最後のバックアップあり", "一度もありません"),
    ),
    (
        "消去を、もう一人の職員が確認した",
        _count("ledger-erasures", _open, "終わっていない消去の記録 {}件", "終わっていないものなし"),
    ),
    (
        "事故の記録が、報告先まで終わっている",
        _count(
            "ledger-incidents", _open, "終わっていない事故の記録 {}件", "終わっていないものなし"
        ),
    ),
    (
        "問合せに対応した",
        _count("ledger-questions", _open, "終わっていない受付票 {}件", "終わっていないものなし"),
    ),
    (
        "開示・訂正・利用停止の請求に期限までに答えた",
        _count("ledger-disclosures", _open, "終わっていない請求 {}件", "終わっていないものなし"),
    ),
    (
        "外部へ貸したファイルが返還・廃棄された",
        _count("ledger-lendings", _open, "戻っていない貸出し {}件", "戻っていないものなし"),
    ),
    (
        "委託先へ引き渡したものが返還・消去された",
        _count("ledger-handings", _open, "終わっていない引渡し {}件", "終わっていないものなし"),
    ),
    (
        "委託先から報告を受け、確かめた",
        _some(
            "ledger-reports", lambda row: not _open(row), "確かめた報告 {}件", "報告がありません"
        ),
    ),
    (
        "保守作業に記録がある",
        _count("ledger-works", _open, "終わっていない作業の記録 {}件", "終わっていないものなし"),
    ),
    (
        "研修を行った",
        _some(
            "ledger-training",
            lambda row: True,
            "研修の記録 {}件",
            "この期間に研修の記録がありません",
        ),
    ),
    (
        "端末が導入の条件を満たしている",
        _count("machine", lambda row: row[0][:1] == "×", "× {}件", "×なし"),
    ),
    (
        "端末の注意に対応した",
        _count("machine", lambda row: row[0][:1] == "⚠", "⚠ {}件", "⚠なし"),
    ),
    ("紙を鍵のある所に保管し、裁断・溶解している", _by_hand("目で確かめてください")),
    ("機器と媒体が鍵のある所にある", _by_hand("目で確かめてください")),
    ("画面が来庁者から見えない", _by_hand("目で確かめてください")),
    ("委託契約に安全管理の条項がある", _by_hand("契約書で確かめてください")),
)


def answered(found: Sections) -> tuple[tuple[str, str, str, str, str], ...]:
    """Every check with its answer, as the paper has it."""
    rows = []
    for number, (question, ask) in enumerate(CHECKS, start=1):
        answer = ask(found)
        rows.append((str(number), question, answer.result, answer.ground, ""))
    return tuple(rows)
