"""What each list of the union is for (リスト処理, SEC-109): who stands on it, what to do with a
line, and what is lost when nobody does. The codes are those of the table ``delivered_lists``,
which says what a list is called and how many business days it has; a test holds them equal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListWords:
    """In clerks' words: ``who`` and ``harm`` are sentences, ``todo`` is what one does with a
    line, as the next step on the day board."""

    who: str
    todo: str
    harm: str


WORDS: dict[str, ListWords] = {
    "check_list": ListWords(
        "届出や市区町村のデータが、住民基本台帳か広域連合の台帳と食い違う方です。",
        "書類で確かめ、違うときは送り元に通知して作り直しを頼む",
        "食い違ったまま、資格や証に使われ続けます。",
    ),
    "deduction_candidates": ListWords(
        "世帯に扶養控除の対象になりうる方がいて、自己負担割合が変わるかもしれない方です。",
        "税の資料で扶養の状況を確かめ、違うときは税の担当に所得情報の作り直しを頼む",
        "控除されるはずの方の自己負担割合が、高いまま決まります。",
    ),
    "unpaid_benefits": ListWords(
        "支給されるはずの給付が、まだ支払われていない方です。",
        "受取口座と連絡先を確かめ、本人か相続人に申請を案内する",
        "給付を受ける権利は、２年でなくなります。",
    ),
    "moved_in_from_abroad": ListWords(
        "国外から転入し、前の年の所得が国内の資料では分からない方です。",
        "転入の日と１月１日の住所を確かめ、所得の申告を本人に案内する",
        "所得が分からないまま、保険料と自己負担割合が決まります。",
    ),
    "welfare_and_exempt": ListWords(
        "生活保護の受給などで、被保険者から除かれるか、除かれなくなる方です。",
        "福祉の担当に開始・廃止の日を確かめ、資格の喪失か取得の届出を入れる",
        "資格のない方が証を使い続けるか、資格のある方に証がないままになります。",
    ),
    "taxed_elsewhere": ListWords(
        "１月１日に別の市区町村に住所があり、そちらで課税されている方です。",
        "課税した市区町村に所得を照会し、回答を税の担当に渡す",
        "低い自己負担割合の証を交付してしまい、後で差額を返していただくことになります。",
    ),
    "undeclared": ListWords(
        "前の年の所得の申告がなく、保険料の軽減を判定できない方です。",
        "税の担当に申告の有無を確かめ、本人に申告を案内する",
        "受けられるはずの軽減が、付かないままになります。",
    ),
    "refundable": ListWords(
        "納め過ぎた保険料を返す方です。",
        "収納の担当に納付の状況を確かめ、本人に還付の請求と口座の届出を案内する",
        "還付を受ける権利は、２年でなくなります。",
    ),
}

_OTHER = ListWords("広域連合から届いたリストです。", "リストを開き、一件ずつ処理を記録する", "")


def words_of(kind: str) -> ListWords:
    """The words of a list; a list whose code this program does not know any more keeps general
    ones, so that it still waits for somebody."""
    return WORDS.get(kind, _OTHER)
