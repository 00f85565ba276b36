"""The same for ``nbgrader zip_collect``, which asks of each extracted file whose it is."""

from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.plugins import FileNameCollectorPlugin

from dlcourse.grading.collection import archive, roster
from dlcourse.grading.collection.choice import sort_out


class Collector(FileNameCollectorPlugin):
    """Knows the names of learning platforms, and takes one file of each student."""

    def collect(self, submitted_file: str) -> dict | None:
        """Say whose file this is.

        Args:
            submitted_file: an absolute path in the folder of extracted files.

        Returns:
            ``student_id``, ``file_id`` and, where it is known, ``timestamp``; None for a file that
            nobody handed in or in whose place another counts.
        """
        if not hasattr(self, "_choices"):
            app = self.parent
            extracted = Path(app._format_collect_path(app.extracted_directory))
            slug = app.coursedir.assignment_id
            with Gradebook(app.coursedir.db_url) as gradebook:
                people = roster.Roster(roster.known(gradebook))
            with archive.opened([extracted]) as members:
                _, chosen, _ = sort_out(members, slug, Path(app.coursedir.root), people)
            self._choices = {
                str(extracted / choice.entry.member.name): self._told(choice, slug)
                for choice in chosen
            }
        return self._choices.get(submitted_file)

    def _told(self, choice, slug: str) -> dict:
        for note in choice.notes:
            self.log.info("%s: %s", choice.student, note)
        told = {"student_id": choice.student, "file_id": f"{slug}.ipynb"}
        if choice.entry.when:
            told["timestamp"] = choice.entry.stamp
        return told
