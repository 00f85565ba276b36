"""What a student handed in for an exercise, as nbgrader's tables have it."""

import datetime
from dataclasses import dataclass, field

from dlcourse.grading.classroom.ledger import Entry


@dataclass
class Sheet:
    """A submitted notebook; its grades are rows of nbgrader's, by the ids of their cells."""

    id: str
    penalty: float | None
    grades: dict[str, object] = field(default_factory=dict)
    new: bool = False  # whether it has just been entered

    @property
    def score(self) -> float:
        """All of its points, as nbgrader counts them."""
        total = 0.0
        for grade in self.grades.values():
            points = grade.auto_score if grade.manual_score is None else grade.manual_score
            total += 0.0 if points is None else points + (grade.extra_credit or 0.0)
        return total


@dataclass
class Work:
    """What a student handed in for an exercise; its sheets by the ids of their notebooks."""

    id: str
    timestamp: datetime.datetime | None
    extension: datetime.timedelta | None
    sheets: dict[str, Sheet] = field(default_factory=dict)
    entry: Entry | None = None  # what is noted of its grade, once it has been read
    answers: dict[str, str] | None = None  # what is to be noted of the answers next

    def late(self, due: datetime.datetime | None) -> float:
        """Seconds beyond the due date and what was granted."""
        if self.timestamp is None or due is None:
            return 0.0
        until = due + (self.extension or datetime.timedelta())
        return max(0.0, (self.timestamp - until).total_seconds())
