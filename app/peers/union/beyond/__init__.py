"""情報連携管理 (SYS-04): the union's side towards 中間サーバー. Inquiries of terminals and
officials go there and their answers come back, on a medium or from server to server.
"""
