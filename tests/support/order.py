"""In which order the files of tests run: the long ones first.

With one file for one worker at a time, a long file that comes last leaves the other worker idle.
``LONG`` need not be exact, nor complete: a file that is missing costs a few idle seconds.
"""

from __future__ import annotations

import pytest

LONG = (
    "tests/faults/test_exchange_kills.py",
    "tests/functional/test_demo.py",
    "tests/functional/test_demo_ends.py",
    "tests/security/test_every_function.py",
    "tests/functional/test_story_killed.py",
    "tests/functional/test_story_auditor.py",
    "tests/security/test_logs_hold_nobody.py",
    "tests/functional/union_rules/test_daily_files.py",
    "tests/functional/test_story_income_unknown.py",
    "tests/functional/test_setting_up.py",
    "tests/faults/test_store_kill.py",
    "tests/functional/test_issue_a_certificate.py",
    "tests/functional/test_self_check.py",
    "tests/functional/union/test_intake.py",
    "tests/functional/test_story_line.py",
    "tests/unit/rules/test_values.py",
    "tests/unit/wire/test_codec.py",
    "tests/functional/test_story_paper_follows_decision.py",
    "tests/functional/test_story_terminal_refused.py",
    "tests/functional/test_no_screen.py",
)


def longest_first(items: list[pytest.Item]) -> None:
    """Bring the files of ``LONG`` to the front; the order within a file stays."""
    rank = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))
