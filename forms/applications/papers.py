"""Applications for papers (FORM-16 and ours): 交付, 再交付, お知らせ再交付, 返還不能届, 証明書.

The items are those of DOMAIN 5.3 to 5.5.
"""

from __future__ import annotations

from forms.applications.layout import Layout, Part, application, choice, day, tall, text

_ISSUE = Layout(
    title="後期高齢者医療資格確認書交付申請書",
    sentence="資格確認書の交付を、次のとおり申請します。",
    parts=(
        Part(
            "申請の内容",
            (
                choice(
                    "申請の理由",
                    "マイナ保険証での受診が難しい",
                    "番号カードを返納・紛失した",
                    "利用登録を解除した",
                    "要配慮者（介助者と受診）",
                    "その他",
                    sample="マイナ保険証での受診が難しい",
                ),
                choice("マイナ保険証の登録", "あり", "なし", "分からない", sample="あり"),
                choice("交付の方法", "窓口で受け取る", "郵送", sample="郵送"),
                tall("事情", "手が不自由で、機械の操作ができません。"),
            ),
        ),
    ),
    bring=("本人確認書類", "番号確認書類", "代理の方は委任状"),
)
_AGAIN = Layout(
    title="後期高齢者医療資格確認書等再交付申請書",
    sentence="次の証の再交付を申請します。前の証が見つかったときは返します。",
    parts=(
        Part(
            "再交付を受ける証",
            (
                choice(
                    "証の種類",
                    "資格確認書",
                    "特定疾病療養受療証",
                    "その他",
                    sample="資格確認書",
                ),
                choice("理由", "なくした", "破れた・汚れた", "盗まれた", sample="なくした"),
                day("なくした日など", "令和 8 年 11 月 18 日"),
                text("警察への届出（盗難のとき）", ""),
                choice("交付の方法", "窓口で受け取る", "郵送", sample="窓口で受け取る"),
                tall("そのときの様子", "買物の途中で財布ごと落としました。"),
            ),
        ),
    ),
    bring=("本人確認書類", "破れた・汚れた証"),
)
_NOTICE_AGAIN = Layout(
    title="資格情報のお知らせ再交付申請書",
    sentence="資格情報のお知らせの再交付を、次のとおり申請します。",
    parts=(
        Part(
            "申請の内容",
            (
                choice("理由", "なくした", "破れた・汚れた", "届いていない", sample="届いていない"),
                choice("交付の方法", "窓口で受け取る", "郵送", sample="郵送"),
                tall("そのときの様子", "8月になっても届きません。"),
            ),
        ),
    ),
    bring=("本人確認書類",),
)
_NOT_RETURNED = Layout(
    title="後期高齢者医療資格確認書等返還不能届",
    sentence="次の証を返すことができないので、届け出ます。見つかったときは直ちに返します。",
    parts=(
        Part(
            "返すことのできない証",
            (
                choice(
                    "証の種類",
                    "資格確認書",
                    "被保険者証（旧）",
                    "特定疾病療養受療証",
                    sample="資格確認書",
                ),
                choice("返せない理由", "なくした", "焼失・水没", "その他", sample="なくした"),
                day("なくした日など", "令和 8 年 10 月 1 日"),
                tall("そのときの様子", "引越しの荷物の中から見つかりません。"),
            ),
        ),
    ),
    asks_number=False,
)
_CERTIFICATES = Layout(
    title="後期高齢者医療証明書交付申請書",
    sentence="次の証明書の交付を申請します。",
    parts=(
        Part(
            "必要な証明書",
            (
                choice(
                    "証明書",
                    "負担区分等証明書",
                    "障害認定証明書",
                    "特定疾病認定証明書",
                    "被扶養者証明書",
                    "資格取得・喪失証明書",
                    "県外転出者用一式",
                    sample="県外転出者用一式",
                ),
                choice(
                    "使いみち",
                    "転入先の届出",
                    "他の医療保険の届出",
                    "その他",
                    sample="転入先の届出",
                ),
                text("提出先", "隣架県試験市"),
                day("転出の日（転出のとき）", "令和 8 年 11 月 21 日"),
                choice("交付の方法", "窓口で受け取る", "郵送", sample="窓口で受け取る"),
            ),
        ),
    ),
    bring=("本人確認書類", "代理の方は委任状"),
    asks_number=False,
)

FORMS = (
    application("FORM-16", _ISSUE),
    application("FORM-N15", _AGAIN),
    application("FORM-N16", _NOTICE_AGAIN),
    application("FORM-N17", _NOT_RETURNED),
    application("FORM-N18", _CERTIFICATES),
)
