"""A table of our own in the gradebook: what the grade of each submitted notebook was made of.

It lies in the gradebook, so that a gradebook that is put back to an older state, or from which
somebody has been removed, takes back what was known of the grades, too.
"""

import json
import weakref
from dataclasses import dataclass, field

import sqlalchemy
from nbgrader.api import Gradebook

TABLE = sqlalchemy.Table(
    "dlcourse_graded",
    sqlalchemy.MetaData(),
    sqlalchemy.Column("notebook_id", sqlalchemy.String(32), primary_key=True),
    sqlalchemy.Column("inputs", sqlalchemy.String(64), nullable=False),
    sqlalchemy.Column("answers", sqlalchemy.Text, nullable=False),
)


@dataclass(frozen=True)
class Entry:
    """What is known of one grade.

    Attributes:
        inputs: the fingerprint of all that it depends on; '' while it is being made anew.
        answers: a digest of what each question was graded for, by ``grade_id``.
    """

    inputs: str = ""
    answers: dict[str, str] = field(default_factory=dict)


_ensured = weakref.WeakKeyDictionary()  # the tables that are known to be there, by engine


def ensure(gradebook: Gradebook, table: sqlalchemy.Table) -> None:
    """Make one of our tables unless it is there; asked once of an open gradebook."""
    known = _ensured.setdefault(gradebook.engine, set())
    if table.name not in known:
        table.create(gradebook.engine, checkfirst=True)
        known.add(table.name)


def read(gradebook: Gradebook, notebook_id: str) -> Entry:
    """The entry of a submitted notebook; an empty one where there is none.

    Args:
        gradebook: open.
        notebook_id: nbgrader's, of the submitted notebook. It is never given twice.
    """
    ensure(gradebook, TABLE)
    query = sqlalchemy.select(TABLE).where(TABLE.c.notebook_id == notebook_id)
    row = gradebook.db.execute(query).first()
    return Entry(row.inputs, json.loads(row.answers)) if row else Entry()


def write(gradebook: Gradebook, notebook_id: str, entry: Entry) -> None:
    """Replace the entry of a submitted notebook.

    Args:
        gradebook: open; the entry is there for others when what is under way is committed.
        notebook_id: nbgrader's, of the submitted notebook.
        entry: the new one.
    """
    ensure(gradebook, TABLE)
    values = {"inputs": entry.inputs, "answers": json.dumps(entry.answers)}
    gradebook.db.execute(TABLE.delete().where(TABLE.c.notebook_id == notebook_id))
    gradebook.db.execute(TABLE.insert().values(notebook_id=notebook_id, **values))
