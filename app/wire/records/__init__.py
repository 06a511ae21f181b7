"""The records of the exchanged files (FILE-nn). The seeds give no layouts (CON-06): these
are ours, published in the interface book, with an adapter per union where one differs.
"""

from app.wire.records.cases import (
    CaseHead,
    DecisionHead,
)
from app.wire.records.desks import (
    ControlLogRecord,
    IssueRecord,
    OpenCaseRecord,
    WaitingRecord,
)
from app.wire.records.insured import (
    AddressExceptionRecord,
    CardRecord,
    InsuredRecord,
    InsuredRecord1,
    RegisterRecord,
)
from app.wire.records.money import (
    ArrearsRecord,
    AssessedIncome,
    CollectionRecord,
    IncomeRecord,
    InstalmentRecord,
    PremiumRecord,
    TaxRecord,
)
from app.wire.records.pages import PageRecord
from app.wire.records.papers import (
    CheckRecord,
    DocumentRecord,
    LocalProgrammeRecord,
)
from app.wire.records.residents import (
    AddresseeRecord,
    AgeReachedRecord,
    DisabilityRecord,
    LinkedRecord,
    MovementRecord,
    ResidentRecord,
    ResidentRecord1,
    UnregisteredRecord,
)

__all__ = [
    "AddressExceptionRecord",
    "AddresseeRecord",
    "AgeReachedRecord",
    "ArrearsRecord",
    "AssessedIncome",
    "CardRecord",
    "CaseHead",
    "CheckRecord",
    "CollectionRecord",
    "ControlLogRecord",
    "DecisionHead",
    "DisabilityRecord",
    "DocumentRecord",
    "IncomeRecord",
    "InstalmentRecord",
    "InsuredRecord",
    "InsuredRecord1",
    "IssueRecord",
    "LinkedRecord",
    "LocalProgrammeRecord",
    "MovementRecord",
    "OpenCaseRecord",
    "PageRecord",
    "PremiumRecord",
    "RegisterRecord",
    "ResidentRecord",
    "ResidentRecord1",
    "TaxRecord",
    "UnregisteredRecord",
    "WaitingRecord",
]
