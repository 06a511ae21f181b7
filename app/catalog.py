"""FUNCTIONS and CASES: every area's entries, collected; nothing else (DESIGN 2, 3).

To add a function: an entry in its area's ``spec.py``, a service, an example in
``tests/support/examples.py``. To add an area: its ``spec`` module in ``SPECS``. To add a kind of
case: docs/howto/add-a-case.md.
"""

from __future__ import annotations

from app.cases import kind as case_kind
from app.functions.admin import spec as admin
from app.functions.benefits import kinds as benefits_kinds
from app.functions.benefits import spec as benefits
from app.functions.day import spec as day
from app.functions.eligibility import kinds as eligibility_kinds
from app.functions.eligibility import spec as eligibility
from app.functions.files import relay_spec as relay
from app.functions.files import spec as files
from app.functions.inquiry import kinds as inquiry_kinds
from app.functions.inquiry import spec as inquiry
from app.functions.levy import spec as levy
from app.functions.own import spec as own
from app.functions.printing import spec as printing
from app.functions.records import spec as records
from app.persons import spec as persons
from app.security.spec import Area, Catalog, Function, Kind

SPECS = (
    day,
    own,
    persons,
    eligibility,
    benefits,
    levy,
    inquiry,
    files,
    relay,
    records,
    admin,
    printing,
)
"""The areas of work; each module has an ``AREA`` and its ``FUNCTIONS``."""


def entrance(area: Area) -> Function:
    """Entering an area of work is itself an act (SEC-29): its right shows the area at all."""
    return Function(
        id=f"{area.id}.enter",
        area=area.id,
        kind=Kind.INQUIRE,
        label=f"{area.label}を開く",
        help=f"「{area.label}」の画面を開きます。権限のない職員には表示されません。",
    )


def collect(specs: tuple[tuple[Area, tuple[Function, ...]], ...]) -> Catalog:
    """The catalogue of these areas, each with its entrance first."""
    areas = tuple(area for area, _ in specs)
    functions = tuple(
        function for area, own_ones in specs for function in (entrance(area), *own_ones)
    )
    return Catalog(areas, functions)


CATALOG = collect(tuple((spec.AREA, spec.FUNCTIONS) for spec in SPECS))

CASES = case_kind.collect(eligibility_kinds.KINDS, benefits_kinds.KINDS, inquiry_kinds.KINDS)
"""Every kind of case, by its code."""
