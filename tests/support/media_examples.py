"""Examples of the functions of media: one stick, one courier, one file each."""

from __future__ import annotations

from collections.abc import Callable

from app.functions.files import (
    faults_found,
    media_acts,
    media_in,
    media_out,
    media_paper,
    media_wipe,
)
from app.functions.files.media_acts import Approving, Disposing, Registering
from app.functions.files.media_list import LEDGER, look
from tests.support.attempts import Attempt, Example
from tests.support.media_room import ADMINISTRATOR, DAILY, HANDLER, NAME, MediaRoom
from tests.support.sending_examples import paper_desk
from tests.support.sticks import stick_in
from tests.support.world import World


def at(world: World) -> MediaRoom:
    """The media room of this world, set up."""
    room = MediaRoom(world, world.paths.data.parent)
    room.set_up()
    return room


def _with_file(world: World) -> MediaRoom:
    room = at(world)
    room.stick.put_file(NAME, room.courier.sealed())
    return room


def _showing(function: str) -> Example:
    def example(world: World) -> Attempt:
        room = at(world)
        return Attempt(
            HANDLER, view=lambda session: look(world.gate, session, room.media, function)
        )

    return example


def _allow(world: World) -> Attempt:
    return Attempt(
        ADMINISTRATOR,
        lambda session: media_acts.prepare_allow(world.gate, session, allowed=True),
        lambda prepared, given: media_acts.perform_allow(world.gate, prepared, given),
    )


def _register(world: World) -> Attempt:
    room = at(world)
    fresh = stick_in(room.folder, "NEW-1")
    room.port.sticks.append(fresh)
    asked = Registering(fresh.serial, "M-NEW", True)
    return Attempt(
        ADMINISTRATOR,
        lambda session: media_acts.prepare_register(world.gate, session, asked),
        lambda prepared, given: media_acts.perform_register(
            world.gate, prepared, given, room.media
        ),
    )


def _dispose(world: World) -> Attempt:
    room = at(world)
    asked = Disposing(room.medium_id, "破砕")
    return Attempt(
        ADMINISTRATOR,
        lambda session: media_acts.prepare_dispose(world.gate, session, asked, "M-1"),
        lambda prepared, given: media_acts.perform_dispose(world.gate, prepared, given),
    )


def _courier(world: World) -> Attempt:
    room = at(world)
    attached = room.stick.attached
    return Attempt(
        ADMINISTRATOR,
        lambda session: media_acts.prepare_courier(world.gate, session, attached),
        lambda prepared, given: media_acts.perform_courier(world.gate, prepared, given, attached),
    )


def _approve(world: World) -> Attempt:
    room = at(world)
    asked = Approving(room.medium_id, "in", DAILY, "2026-11-30", "日次の連携")
    today = world.clock.now().date()
    return Attempt(
        HANDLER,
        lambda session: media_acts.prepare_approve(world.gate, session, asked, "M-1", today),
        lambda prepared, given: media_acts.perform_approve(world.gate, prepared, given),
    )


def _scan(world: World) -> Attempt:
    room = _with_file(world)
    return Attempt(
        HANDLER,
        does=lambda session: media_in.scan(
            world.gate, session, room.media, room.medium_id, NAME, by_hand=False
        ),
    )


def _move_in(world: World) -> Attempt:
    room = _with_file(world)
    use_id = room.scan()
    return Attempt(
        HANDLER,
        lambda session: media_in.prepare_move_in(world.gate, session, room.media, use_id),
        lambda prepared, given: media_in.perform_move_in(
            world.gate, prepared, given, room.carrying
        ),
    )


def _move_out(world: World) -> Attempt:
    room = at(world)
    inbox_id = room.delivered()
    return Attempt(
        HANDLER,
        lambda session: media_out.prepare_move_out(
            world.gate, session, room.media, inbox_id, room.medium_id
        ),
        lambda prepared, given: media_out.perform_move_out(
            world.gate, prepared, given, room.carrying
        ),
    )


def _wipe(world: World) -> Attempt:
    room = at(world)
    moved = room.move_out(room.delivered())
    return Attempt(
        HANDLER,
        does=lambda session: media_wipe.wipe_now(world.gate, session, room.carrying, moved.use_id),
    )


def _characters(world: World) -> Attempt:
    room = _with_file(world)
    use_id = room.scan()
    return Attempt(
        HANDLER, view=lambda session: faults_found.characters(world.gate, session, use_id)
    )


def _print_ledger(world: World) -> Attempt:
    at(world)
    (period, *_) = media_paper.periods(world.clock.now().date())
    return Attempt(
        HANDLER,
        does=lambda session: media_paper.print_ledger(paper_desk(world, session), period),
    )


def _finish(world: World) -> Attempt:
    at(world)
    run: Callable[[], object] = lambda: media_wipe.close_broken(world.scheduler_hand)  # noqa: E731
    return Attempt("", system=run)


MEDIA_EXAMPLES: dict[str, Example] = {
    "files.show_media": _showing("files.show_media"),
    "files.show_ledger": _showing(LEDGER),
    "files.show_characters": _characters,
    "files.print_media_ledger": _print_ledger,
    "files.allow_media_here": _allow,
    "files.register_medium": _register,
    "files.dispose_medium": _dispose,
    "files.register_courier": _courier,
    "files.approve_media_use": _approve,
    "files.scan_medium": _scan,
    "files.move_in": _move_in,
    "files.move_out": _move_out,
    "files.wipe_medium": _wipe,
    "files.finish_medium": _finish,
}
