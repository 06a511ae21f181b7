"""Applications on the eligibility itself (FORM-15, 18, 25): 取得・変更・喪失届, 障害認定, 送付先.

Which items a union's form has is its own rule; these are the items of DOMAIN 2.3, 2.5, 5.5.
"""

from __future__ import annotations

from forms.applications.layout import Layout, Part, application, boxes, choice, day, tall, text

_COVERAGE = Layout(
    title="後期高齢者医療資格取得（変更・喪失）届書",
    sentence="後期高齢者医療の資格について、次のとおり届け出ます。",
    parts=(
        Part(
            "届出の内容",
            (
                choice(
                    "届出の種類",
                    "資格取得",
                    "氏名・住所などの変更",
                    "資格喪失",
                    sample="資格取得",
                ),
                choice(
                    "届出の理由",
                    "県外からの転入",
                    "県外への転出",
                    "県内の転居",
                    "死亡",
                    "生活保護の開始・廃止",
                    "その他",
                    sample="県外からの転入",
                ),
                day("異動年月日", "令和 8 年 11 月 16 日"),
                text("前の住所", "隣架県試験市海辺町五丁目6番"),
                text("世帯主の氏名", "見本　太郎"),
                text("以前に加入していた医療保険", "隣架県後期高齢者医療広域連合"),
                choice("障害認定・特定疾病", "障害認定あり", "特定疾病あり", "なし", sample="なし"),
            ),
        ),
    ),
    bring=(
        "本人確認書類",
        "番号確認書類",
        "負担区分等証明書（県外からの転入）",
        "資格確認書（喪失・変更）",
    ),
)
_DISABILITY = Layout(
    title="後期高齢者医療障害認定申請書（撤回・変更届）",
    sentence="65歳以上75歳未満の障害認定について、次のとおり申請します（届け出ます）。",
    parts=(
        Part(
            "申請の内容",
            (
                choice(
                    "種類", "認定の申請", "申請の撤回", "程度の変更・非該当", sample="認定の申請"
                ),
                choice(
                    "障害の証明",
                    "身体障害者手帳",
                    "療育手帳",
                    "精神障害者保健福祉手帳",
                    "障害年金証書",
                    "その他",
                    sample="身体障害者手帳",
                ),
                text("等級・番号", "2級　見本県第000000号"),
                day("手帳等の交付日", "令和 5 年 4 月 1 日"),
                text("有効期限（あるとき）", "なし"),
                text("現在加入している医療保険", "見本市国民健康保険"),
                day("撤回・変更の日", ""),
            ),
        ),
    ),
    bring=("手帳又は年金証書", "本人確認書類", "番号確認書類"),
)
_MAILING = Layout(
    title="後期高齢者医療送付先変更（解除）届出書",
    sentence="後期高齢者医療に関する書類の送付先を、次のとおり届け出ます。",
    parts=(
        Part(
            "送付先",
            (
                choice("種類", "変更", "解除", sample="変更"),
                choice(
                    "書類",
                    "資格に関するもの",
                    "保険料に関するもの",
                    "給付に関するもの",
                    sample="資格に関するもの",
                ),
                boxes("郵便番号", 7, "0000004"),
                text("住所・方書", "架空県見本市海辺町二丁目1番　見本方"),
                text("受取人の氏名", "見本　太郎"),
                text("被保険者との続柄", "長男"),
                day("変更する日", "令和 8 年 12 月 1 日"),
                day("終わりの日（分かるとき）", ""),
                tall("理由", "入院のため、家族の住所で受け取りたい。"),
            ),
        ),
    ),
    bring=("本人確認書類", "代理の方は委任状"),
    asks_number=False,
)

FORMS = (
    application("FORM-15", _COVERAGE),
    application("FORM-18", _DISABILITY),
    application("FORM-25", _MAILING),
)
