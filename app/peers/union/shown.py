"""What the operators' commands answer, in words: one line a fact, no table's own names.

Codes of code tables (reasons, outcomes, causes) are given their labels; ``--json`` of the command
line gives the answer itself, for programs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from app.core.errors import MadoguchiError
from app.core.language import in_words
from app.core.tables import Tables
from app.wire.bodies.move_in import MoveIn
from app.wire.layout import columns
from app.wire.records import ResidentRecord

# What a fact is called: Japanese, English.
FACTS: Mapping[str, tuple[str, str]] = {
    "id": ("番号", "id"),
    "union": ("広域連合の記号", "union"),
    "name": ("名称", "name"),
    "now": ("時計", "clock"),
    "addresses": ("端末を待つアドレス", "address for terminals"),
    "certificate": ("端末に渡す証明書", "certificate for terminals"),
    "municipality": ("市区町村コード", "municipality"),
    "terminal_name": ("窓口の名前", "office"),
    "profile": ("端末の種類", "kind of terminal"),
    "fingerprint": (
        "照合コード（申請は電話で読み合わせる）",
        "fingerprint (a request: read it out)",
    ),
    "terminal": ("端末", "terminal"),
    "step": ("状態", "state"),
    "state": ("状態", "state"),
    "note": ("連絡", "note"),
    "approved_by": ("承認した操作者", "approved by"),
    "address": ("申請の届いたアドレス", "came from"),
    "requested_at": ("申請日時", "requested at"),
    "enrolled_at": ("登録日時", "enrolled at"),
    "atena_number": ("宛名番号", "atena number"),
    "insured_number": ("被保険者番号", "insured number"),
    "notification_id": ("届出", "notification"),
    "case_id": ("受付番号", "case"),
    "to_municipality": ("照会先の市区町村コード", "asked municipality"),
    "year": ("年度", "year"),
    "standing": ("状態", "state"),
    "outcome": ("結果", "outcome"),
    "reasons": ("理由", "reasons"),
    "supersedes": ("置き換えた決定", "supersedes"),
    "provisional": ("仮の決定", "provisional"),
    "cause": ("原因", "cause"),
    "municipality_code": ("市区町村コード", "municipality"),
    "items": ("項目", "items"),
    "detail": ("内容", "detail"),
    "listed_at": ("掲載日時", "listed at"),
    "delivered_in": ("送った便", "delivered in"),
    "noticed_at": ("気づいた日時", "noticed at"),
    "noticed_by": ("気づいた端末・操作者", "noticed by"),
    "evidence": ("根拠", "evidence"),
    "point": ("データのある最後の時点", "the data go up to"),
    "first_operator": ("確かめた操作者（１人目）", "first operator"),
    "second_operator": ("確かめた操作者（２人目）", "second operator"),
    "confirmed_at": ("確かめた日時", "confirmed at"),
    "epoch": ("世代", "epoch"),
    "decision_id": ("決定", "decision"),
    "returned_at": ("戻された日時", "given back at"),
    "number": ("号", "number"),
    "first_day": ("使い始める日", "first day"),
    "tables": ("使っている表の版", "version of the tables in use"),
    "at": ("日時", "at"),
    "operator": ("行った人", "by"),
    "act": ("操作", "act"),
    "subject": ("対象", "subject"),
    "persons": ("住民", "persons"),
    "coverages": ("資格", "coverages"),
    "judged": ("負担区分を判定した人", "judged"),
    "records": ("件数", "records"),
    "count": ("件数", "count"),
    "confirmed": ("届出と合ったもの", "confirmed"),
    "contradicted": ("届出と合わないもの", "contradicted"),
    "listed": ("確認リストに載せたもの", "listed"),
    "route": ("通信", "route"),
    "valid_from": ("有効期間の始め", "valid from"),
    "valid_to": ("有効期間の終わり", "valid to"),
    "withdrawn_at": ("失効の日時", "withdrawn at"),
    "withdrawn_by": ("失効にした人（端末の番号のときは復元による）", "withdrawn by"),
    "paper_number": ("消去証明書の番号", "certificate of erasure"),
    "reason": ("廃止の理由", "why it ended"),
    "decided_by": ("決めた職員", "decided by"),
    "head": ("操作記録の最後の確認印（行）", "last countersigned line"),
    "erased": ("消去するもの", "what is erased"),
    "ended_at": ("廃止の知らせを受けた日時", "ended at"),
    "done_at": (
        "消去を終えた日時（なければ、終わりの知らせがまだ）",
        "erased at (none: not told yet)",
    ),
    "given": ("初期登録で渡した件数", "records given at the first load"),
    "kind": ("処理", "run"),
    "day": ("基準日", "for the day"),
    "asked_by": ("指示した操作者", "asked by"),
    "asked_at": ("指示した日時", "asked at"),
    "confirmed_by": ("確かめた操作者", "confirmed by"),
    "total": ("対象の人数", "persons in all"),
    "done": ("済んだ人数", "persons done"),
    "made": ("作った情報の件数", "records made"),
    "since": ("始めの日", "since"),
    "until": ("終わりの日", "until"),
    "copay_ratio": ("更正後の負担割合（割）", "corrected ratio (tenths)"),
    "refund": ("還付する額", "to refund"),
    "bill": ("追加で納める額", "to bill"),
    "stopped": ("止めて確認を待つ", "stopped"),
    "file_id": ("ファイル", "file"),
    "leaving": ("転出・死亡などになる人数", "persons taken away"),
    "residents": ("今の住民の人数", "residents now"),
    "stopped_at": ("止めた日時", "stopped at"),
    "wanted": ("扱い", "treatment"),
    "settled_at": ("決めた日時", "settled at"),
    "finished_at": ("終わった日時", "finished at"),
    "procedure": ("事務手続", "procedure"),
    "item": ("照会する情報", "what is asked"),
    "wanted_at": ("受け付けた日時", "wanted at"),
    "registered": ("登録された照会", "registered"),
    "refused": ("登録できない照会", "refused"),
    "answered": ("回答のあった照会", "answered"),
    "unmatched": ("照会と合わないもの（確認リスト・記録にある）", "matching no request"),
    "again": ("前に取り込んだもの", "taken before"),
    "found": ("該当者あり", "found"),
    "not_found": ("該当者なし", "not found"),
    "by": ("検索の方法", "searched by"),
    "search_outcome": ("検索の結果", "result of the search"),
    "differs": ("登録と違う項目", "differs in"),
    "number_found": ("見つかった個人番号", "the number found"),
    "event_on": ("受けた日", "treated on"),
    "paid": ("支払った額（円）", "paid, yen"),
    "left": ("計算できず残した世帯", "households left"),
    "acknowledged": ("端末が取り込んだ件数", "records the terminal took"),
}
LEFT_OUT = frozenset({"authorities", "signing"})
"""Facts for programs only: the certificate lies in a file, and there is nobody to read a key."""

# The values of facts that no code table holds.
_TERMINAL = {
    "counter": ("窓口", "counter"),
    "branch": ("出張所", "branch"),
    "relay": ("中継", "relay"),
}
WORDS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "step": {
        "waiting": ("承認待ち", "waiting"),
        "approved": ("承認済み", "approved"),
        "refused": ("却下", "refused"),
    },
    "standing": {
        "in_force": ("有効", "in force"),
        "expired": ("期限切れ", "expired"),
        "withdrawn": ("失効", "withdrawn"),
        "waiting": ("住基情報待ち", "waits for the resident register"),
        "confirmed": ("住基情報と一致", "confirmed"),
        "contradicted": ("住基情報と不一致", "contradicted"),
        "refused": ("却下", "refused"),
        "settled": ("処理済み", "settled"),
        "open": ("担当者の確認待ち", "waits for an official"),
        "taken": ("元の決定のまま", "stands as it was"),
        "differs": ("別の決定になった", "was decided otherwise"),
    },
    "state": {
        "active": ("使用中", "active"),
        "withdrawn": ("登録取消", "withdrawn"),
        "open": ("回答待ち", "open"),
        "answered": ("回答済み", "answered"),
        "wanted": ("送信待ち", "to be sent"),
        "sent": ("送信済み", "sent"),
        "registered": ("回答待ち（登録済み）", "registered"),
        "settled": ("処理済み", "settled"),
    },
    "by": {"facts": ("基本４情報", "four facts"), "number": ("個人番号", "number")},
    "number_found": {
        "same": ("登録と同じ", "the same"),
        "other": ("登録にない、または違う", "another, or none held"),
    },
    "search_outcome": {
        "found": ("該当者あり", "found"),
        "none": ("該当者なし", "nobody"),
        "several": ("該当者が二人以上", "several"),
        "incomplete": ("手がかりが足りない", "too few facts"),
    },
    "profile": _TERMINAL,
    "wanted": {
        "let_go": ("取り込む", "take it"),
        "discard": ("取り込まない", "discard it"),
    },
    "stopped": {"True": ("はい", "yes"), "False": ("いいえ", "no")},
    "kind": {
        "share": ("定期判定（負担割合・限度区分）", "yearly judgement of shares"),
        "levy": ("当初賦課（年間の保険料）", "yearly levy"),
    },
}
ACTS: Mapping[str, tuple[str, str]] = {
    "load": ("住民の取込み", "load"),
    "facilities": ("住所地特例施設の取込み", "facilities"),
    "card_use": ("マイナ保険証の利用状況の取込み", "card use"),
    "approve": ("端末の承認", "approve"),
    "refuse": ("端末の却下", "refuse"),
    "withdraw": ("端末の登録取消", "withdraw"),
    "end_terminal": ("端末が自ら廃止した", "a terminal ended itself"),
    "terminal_erased": ("廃止した端末の消去の終わり", "an ended terminal was erased"),
    "table_package": ("表のパッケージへの署名", "package of tables"),
    "confirm_tables": ("表のパッケージの使い始めの決定", "package of tables put in force"),
    "withdraw_certificate": ("端末の証明書の失効", "withdraw a certificate"),
    "take_up": ("復元した端末への送り直し", "restored terminal given again"),
    "renew": ("端末の証明書の更新", "renew"),
    "reject": ("届いたファイルの却下", "reject"),
    "fill": ("端末の初期登録の開始", "first load of a terminal"),
    "recall": ("届いたファイルの回収の求め", "recall of a file"),
    "control_fork": ("管理の手続きの記録の枝分かれの発見", "fork of the control log"),
    "fork": ("操作記録の枝分かれの発見", "fork"),
    "daily_file": ("住基情報の取込み", "daily file"),
    "daily": ("日次処理", "daily run"),
    "propose_delivery": ("配信の指示", "ask for a delivery"),
    "deliver": ("配信", "deliver"),
    "hold": ("配信する内容の取込み", "hold for delivery"),
    "file_taken": ("届いたファイルの受領", "a file was taken"),
    "answer_inquiry": ("所得照会の回答", "answer an inquiry"),
    "propose_run": ("年次処理の指示", "ask for a yearly run"),
    "confirm_run": ("年次処理の開始", "begin a yearly run"),
    "finish_run": ("年次処理の終了", "end of a yearly run"),
    "stop_file": ("住基情報を止めた", "a resident file was stopped"),
    "settle_stopped": ("止めた住基情報の扱い", "word on a stopped file"),
    "treatments": ("診療の一覧の取込み", "treatments"),
    "settle_birth": ("生年月日の決定", "settle a birth date"),
    "erase_refused": ("却下した届出の消去", "erase a refused notification"),
    "other_municipality": ("別の市区町村の届出", "another municipality's notification"),
    "restore_noticed": ("復元に気づいた", "a restore was noticed"),
    "journal_segment": (
        "操作記録の封をした月を受け取った",
        "a sealed month of a journal was taken",
    ),
    "confirm_restored": ("復元の時点の確認", "confirm a restored point"),
    "returned": ("端末から戻された決定", "a decision was given back"),
    "claim_finding": ("給付の申請の審査の結果", "finding on a claim"),
    "reckon_month": ("高額療養費の月の計算", "reckon a month of high costs"),
    "unclaimed": ("未請求の給付のリスト", "list of unclaimed benefits"),
    "came_back": ("戻った振込", "a transfer that came back"),
    "tell_back": ("復元した端末へ開いている受付を伝えた", "open cases told to a restored terminal"),
    "trust_intermediary": ("中間サーバーの登録", "know the intermediary"),
    "carry_out": ("情報照会要求の書き出し", "inquiries written out"),
    "carry_in": ("中間サーバーのファイルの取込み", "a file of the intermediary taken"),
    "unmatched_answer": ("照会のない結果が届いた", "an answer without a request"),
    "search_identity": ("本人確認情報の検索", "search of an identity"),
    "settle_identity": ("本人確認情報の検索の終了", "end of a search"),
    "take_number": ("見つかった個人番号の登録", "number taken over"),
    "fault": ("不調の設定", "fault"),
    "clock": ("時計の設定", "clock"),
}
_ITEMS = {
    column.name: column.label.strip("　")
    for record in (ResidentRecord, MoveIn)
    for column in columns(record)
}
_CODED = {"outcome": "outcomes", "cause": "check_causes"}


def as_words(answer: Any, tables: Tables, day: date) -> str:
    """The lines of an answer; records are set apart by an empty line."""
    if answer is None:
        return in_words("行いました。", "Done.")
    if isinstance(answer, Mapping):
        return "\n".join(_lines(answer, tables, day))
    if isinstance(answer, list):
        if not answer:
            return in_words("ありません。", "None.")
        return "\n\n".join("\n".join(_lines(one, tables, day)) for one in answer)
    return in_words(f"結果： {answer}", f"result: {answer}")


def _lines(record: Mapping[str, Any], tables: Tables, day: date) -> list[str]:
    colon = in_words("：", ":")
    return [
        f"{in_words(*FACTS[name])}{colon} {_value(name, value, tables, day)}"
        for name, value in record.items()
        if name in FACTS and value not in ("", None, [])
    ]


def _value(name: str, value: Any, tables: Tables, day: date) -> str:
    text = str(value)
    if name == "provisional":
        return in_words("はい", "yes") if value else in_words("いいえ", "no")
    if isinstance(value, list):
        return in_words("、", ", ").join(str(one) for one in value)
    if name in _CODED:
        return _labelled(text, lambda code: tables[_CODED[name]].label(code, day))
    if name == "reasons":
        reasons = tables["refusal_reasons"]
        return "".join(
            _labelled(code, lambda one: reasons.label(one, day)) for code in text.split()
        )
    if name == "items":
        return in_words("、", ", ").join(_ITEMS.get(item, item) for item in text.split())
    if name == "detail" and text.startswith("{"):
        counts = _lines({**json.loads(text), "cause": ""}, tables, day)
        return in_words("、", ", ").join(counts)
    known = ACTS if name == "act" else WORDS.get(name, {})
    return in_words(*known.get(text, (text, text)))


def _labelled(code: str, label: Callable[[str], str]) -> str:
    try:
        return label(code)
    except MadoguchiError:  # a code that the tables of today no longer hold
        return code
