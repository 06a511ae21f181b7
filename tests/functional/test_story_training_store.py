"""The training store is opened as a real one is, and holds nobody's real number."""

from __future__ import annotations

from threading import Event

import pytest

from app.core.errors import UserError
from app.demo.people import CLERK, SECOND_CLERK, TrainingStaff
from app.demo.room import Script
from app.rules.identifiers import my_number as checked
from app.security.keys.my_number import MyNumbers
from app.security.staff.session import Session
from db.tables.persons import my_number
from tests.support.stories import Story


def enter(script: Script, password: str, key_of: TrainingStaff) -> Session:
    """The clerk's log-in with this password and this person's key."""
    question = script.doorway.ask(CLERK.staff_id)
    try:
        assertion = script.keys.authenticator_of(key_of.staff_id).assert_(
            question.rp_id,
            question.challenge,
            question.request.credential_ids,
            uv=True,
            prf_salt=question.request.prf_salt,
            cancel=Event(),
        )
    except UserError as cause:
        script.doorway.failed(question, cause)
        raise
    return script.doorway.enter(question, password, assertion).session


@pytest.mark.req("SEC-32")
@pytest.mark.parametrize(
    ("password", "key_of", "code"),
    [("Machigai-99-aoi", CLERK, "login.wrong_password"), ("", SECOND_CLERK, "key.wrong")],
    ids=["password", "key"],
)
def test_either_factor_alone_opens_no_training_store(
    story: Story, password: str, key_of: TrainingStaff, code: str
) -> None:
    parts = story.parts()
    script = Script(parts, story.drawer(), parts.doorway(lambda: True))
    with pytest.raises(UserError) as refused:
        enter(script, password or CLERK.password, key_of)
    assert refused.value.code == code
    assert script.doorway.terminal is None
    session = enter(script, CLERK.password, CLERK)
    assert session.staff_id == CLERK.staff_id
    script.doorway.close()


@pytest.mark.req("SEC-32")
def test_every_number_in_the_training_store_is_artificial(story: Story) -> None:
    """Those of the training municipality begin with 9900 and a count; nobody's was taken over."""
    with story.desk() as desk:
        desk.open_case(story.movers[0])
        key = desk.script.terminal.access.number_key
        assert key is not None
        owners = [(row.owner_kind, row.owner_id) for row in desk.rows(my_number)]
        with desk.script.terminal.store.view((my_number.name, "store_fact")) as work:
            numbers = [MyNumbers(work, key).show(*owner) for owner in owners]
    assert numbers == [story.movers[0].person.my_number], "only what was keyed at this counter"
    people = [*(mover.person for mover in story.movers), *story.template.place.persons()]
    numbers += [one.my_number for one in people if one.my_number]
    assert len(numbers) > 100
    for number in numbers:
        assert number is not None and number.startswith("9900")
        assert checked(number) == number
