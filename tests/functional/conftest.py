from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.counter import Counter, counter_in
from tests.support.stories import Story, Template, make_template, story_in


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """A terminal enrolled with a union in memory."""
    with counter_in(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The room that every story copies."""
    return make_template(tmp_path_factory.mktemp("template"))


@pytest.fixture
def story(template: Template, tmp_path: Path) -> Iterator[Story]:
    """A terminal beside a running union, to do anything with."""
    with story_in(template, tmp_path) as made:
        yield made
