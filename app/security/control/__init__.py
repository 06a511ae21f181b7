"""The control log (制御ログ): who may do what, derived from genesis and signed acts alone.

A row of staff, credentials, rights or settings is only what the log led to; whoever writes such
a row by hand gives nobody anything (DESIGN 1.10, 4).
"""
