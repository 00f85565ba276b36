"""Two processes that ask each other: a question may be answered with questions first."""

from collections.abc import Callable

from dlcourse.grading.calls.channel import Channel, ChannelError


class Peer:
    """One side.

    Args:
        channel: to the other side.
        answer: called with each question and its blobs; returns an answer and its blobs.
    """

    def __init__(self, channel: Channel, answer: Callable[[dict, list], tuple[dict, list]]):
        self.channel, self._answer = channel, answer

    def ask(self, question: dict, blobs: list) -> tuple[dict, list]:
        """Ask, and answer whatever the other side wants to know first.

        Raises:
            ChannelError: if the other side has gone or does not keep to the rules.
        """
        self.channel.send(["question", question], blobs)
        while True:
            kind, content, blobs = self._receive()
            if kind == "answer":
                return content, blobs
            self.channel.send(*self._answered(content, blobs))

    def serve(self) -> None:
        """Wait for one question and answer it.

        Raises:
            ChannelError: as :meth:`ask`.
        """
        kind, content, blobs = self._receive()
        if kind != "question":
            raise ChannelError("an answer to no question")
        self.channel.send(*self._answered(content, blobs))

    def _answered(self, content: dict, blobs: list) -> tuple[list, list]:
        answer, blobs = self._answer(content, blobs)
        return ["answer", answer], blobs

    def _receive(self) -> tuple[str, dict, list]:
        message, blobs = self.channel.receive()
        match message:
            case ["question" | "answer" as kind, dict() as content]:
                return kind, content, blobs
        raise ChannelError("what came is neither question nor answer")
