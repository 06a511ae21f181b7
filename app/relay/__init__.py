"""``madoguchi relay``: the unattended relay (連携サーバー, 自動連携) of DESIGN 6."""
