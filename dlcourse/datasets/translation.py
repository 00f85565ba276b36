"""Pairs of sentences as tensors, and batches of sentences of like length."""

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.utils.data import TensorDataset

from dlcourse import runtime
from dlcourse.datasets.images import check_indices
from dlcourse.datasets.loader import check_int, epoch_seed
from dlcourse.datasets.pairs import Pair, tokenize
from dlcourse.datasets.vocabulary import (
    BEGIN,
    END,
    PADDING,
    TRANSLATION_SPECIALS,
    Vocabulary,
)

PAD, BOS, EOS = (TRANSLATION_SPECIALS.index(token) for token in (PADDING, BEGIN, END))
IGNORED = -100  # the label that F.cross_entropy leaves out of its mean


class TranslationDataset(TensorDataset):
    """Sentences and their translations as token numbers, padded to the longest.

    Make the training set first; it builds its vocabularies. Give them to the other sets: what
    only held-out sentences hold then becomes ``<unk>``.

    Args:
        pairs: the sentences.
        source_vocabulary: with the special tokens ``<pad>``, ``<bos>``, ``<eos>``, ``<unk>`` as
            the first four; ``None`` builds it from these pairs.
        target_vocabulary: likewise.
        max_length: the most tokens of a sentence that are kept, ``<eos>`` counted. A longer
            sentence is cut off there, without ``<eos>``, so that a model does not learn to stop in
            the middle. ``None`` cuts nothing.
        min_count: tokens that occur less often are left out of a vocabulary that is built.
        device: where the set shall lie; ``None`` is the CPU.

    Attributes:
        pairs: the sentences, in the order of the tensors' rows.
        source_vocabulary, target_vocabulary: the vocabularies.
        source: (N, S) int64: words, ``<eos>``, padding.
        source_lengths: (N,) int64, tokens without padding.
        target: (N, T) int64: ``<bos>``, words, ``<eos>``, padding.
        target_lengths: (N,) int64, tokens without padding.

    Raises:
        ValueError: no pairs, an empty sentence, a vocabulary without the special tokens, or a
            max_length below 1.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        source_vocabulary: Vocabulary | None = None,
        target_vocabulary: Vocabulary | None = None,
        max_length: int | None = None,
        min_count: int = 1,
        device: torch.device | str | None = None,
    ):
        self.pairs, self.max_length = list(pairs), max_length
        if not self.pairs:
            raise ValueError("TranslationDataset: there are no pairs.")
        if max_length is not None:
            check_int(max_length, "max_length", least=1, caller="TranslationDataset")
        sources = [self._cut(pair.source, i, "source") for i, pair in enumerate(self.pairs)]
        targets = [self._cut(pair.target, i, "target") for i, pair in enumerate(self.pairs)]
        self.source_vocabulary = _vocabulary(source_vocabulary, sources, min_count, "source")
        self.target_vocabulary = _vocabulary(target_vocabulary, targets, min_count, "target")
        targets = [[BEGIN, *tokens] for tokens in targets]
        device = runtime.device(device or "cpu")
        super().__init__(
            *(t.to(device) for t in _padded(sources, self.source_vocabulary)),
            *(t.to(device) for t in _padded(targets, self.target_vocabulary)),
        )

    source = property(lambda self: self.tensors[0])
    source_lengths = property(lambda self: self.tensors[1])
    target = property(lambda self: self.tensors[2])
    target_lengths = property(lambda self: self.tensors[3])

    @property
    def labels(self) -> Tensor:
        """What a model has to say, (N, T-1) int64: the target without ``<bos>``, padding ignored.

        At padding it is -100, the label that `F.cross_entropy` ignores.
        """
        return labels_of(self.target, self.target_lengths)

    def subset(self, indices: Sequence[int] | Tensor) -> "TranslationDataset":
        """The pairs at ``indices``, in that order, with the same vocabularies.

        Args:
            indices: (n,) positions in 0..N-1, or a mask (N,) of booleans.

        Raises:
            ValueError: no position, or one outside the set.
        """
        index = check_indices(indices, len(self), "TranslationDataset")
        return TranslationDataset(
            [self.pairs[i] for i in index.tolist()],
            self.source_vocabulary,
            self.target_vocabulary,
            self.max_length,
            device=self.source.device,
        )

    def encode(self, sentences: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Other source sentences as a model takes them.

        Returns:
            source (n, s) int64 and source_lengths (n,) int64, on the set's device.

        Raises:
            ValueError: no sentence, or an empty one.
        """
        if isinstance(sentences, str) or not len(sentences):
            raise ValueError("TranslationDataset.encode takes a list of at least one sentence.")
        tokens = [self._cut(sentence, i, "source") for i, sentence in enumerate(sentences)]
        return tuple(t.to(self.source.device) for t in _padded(tokens, self.source_vocabulary))

    def _cut(self, sentence: str, number: int, side: str) -> list[str]:
        tokens = tokenize(sentence)
        if not tokens:
            raise ValueError(
                f"TranslationDataset: the {side} of pair {number} is empty: {sentence!r}; leave "
                "such pairs out."
            )
        return [*tokens, END][: self.max_length]

    def __repr__(self) -> str:
        return (
            f"TranslationDataset({len(self):,} pairs; {len(self.source_vocabulary):,} source and "
            f"{len(self.target_vocabulary):,} target tokens; up to {self.source.shape[1]} and "
            f"{self.target.shape[1]} in a sentence)"
        )


class PooledLoader:
    """Batches of sentences of like length, so that little of a batch is padding.

    In every epoch the pairs are put into a random order, cut into pools of ``pool`` batches and
    sorted by length within each; the batches of a pool then come in random order. So batches vary
    from epoch to epoch, and yet a batch need not be padded for a single long sentence.

    A batch is ``((source, source_lengths, target), labels)``, made for `training.fit`, which
    calls ``model(source, source_lengths, target)``:

    - source (n, s) int64, with ``<eos>`` and padding; source_lengths (n,) int64;
    - target (n, t) int64: ``<bos>`` and the words, what the model has said so far;
    - labels (n, t) int64: the words and ``<eos>``, what it has to say next; -100 at padding, which
      `F.cross_entropy` leaves out of its mean.

    Args:
        dataset: a TranslationDataset.
        batch_size: pairs per batch; the last batch of a pool may be smaller.
        shuffle: a new order in each epoch. Without it the pools are cut from the set in its own
            order, and their batches come shortest first: for measuring.
        pool: batches per pool; 1 leaves long and short sentences mixed in every batch.
        seed: an int >= 0; an epoch's batches depend on ``(seed, epoch)`` alone.

    Attributes:
        epoch: whole epochs so far; setting it continues from there.

    Raises:
        TypeError: ``dataset`` is not a TranslationDataset.
        ValueError: a batch size or pool below 1, or a negative seed.
    """

    def __init__(
        self,
        dataset: TranslationDataset,
        batch_size: int = 128,
        shuffle: bool = True,
        pool: int = 50,
        seed: int = 0,
    ):
        if not isinstance(dataset, TranslationDataset):
            raise TypeError(
                f"PooledLoader takes a TranslationDataset, not {type(dataset).__name__}."
            )
        self.dataset, self.shuffle = dataset, shuffle
        self.batch_size = check_int(batch_size, "batch_size", least=1, caller="PooledLoader")
        self.pool = check_int(pool, "pool", least=1, caller="PooledLoader")
        self.seed = check_int(seed, "seed", least=0, caller="PooledLoader")
        self.epoch = 0
        # On the CPU, so that cutting a batch to its longest sentence does not wait for a GPU.
        self._lengths = [t.cpu() for t in (dataset.source_lengths, dataset.target_lengths)]

    def __len__(self) -> int:
        """Batches per epoch."""
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self) -> Iterator[tuple[tuple[Tensor, Tensor, Tensor], Tensor]]:
        """Yields one epoch of batches."""
        epoch, data = self.epoch, self.dataset
        generator = torch.Generator().manual_seed(epoch_seed(self.seed, epoch))
        N, device = len(data), data.source.device
        order = torch.randperm(N, generator=generator) if self.shuffle else torch.arange(N)
        for members in order.split(self.pool * self.batch_size):
            for index in self._batches(members, generator):
                s, t = (int(lengths[index].max()) for lengths in self._lengths)
                index = runtime.send(index, device)
                source = data.source[index, :s]
                target, lengths = data.target[index, :t], data.target_lengths[index]
                inputs = (source, data.source_lengths[index], target[:, :-1])
                yield inputs, labels_of(target, lengths)
        self.epoch = epoch + 1

    def extremes(self) -> tuple[Tensor, Tensor, Tensor]:
        """What a model is called with for the sentences of the extreme numbers and lengths."""
        data = self.dataset
        of_rows = [data.source.amax(1), data.target.amax(1), data.source_lengths]
        rows = torch.stack([t.argmax() for t in of_rows] + [t.argmin() for t in of_rows])
        return data.source[rows], data.source_lengths[rows], data.target[rows, :-1]

    def _batches(self, members: Tensor, generator: torch.Generator) -> list[Tensor]:
        """A pool cut into batches of like lengths."""
        source, target = (lengths[members] for lengths in self._lengths)
        # By the target first and the source second: both sides of a batch are then alike.
        members = members[torch.argsort(target * (int(source.max()) + 1) + source, stable=True)]
        batches = members.split(self.batch_size)
        if not self.shuffle:
            return list(batches)
        return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]

    def __repr__(self) -> str:
        return (
            f"PooledLoader({self.dataset!r}; {len(self)} batches of {self.batch_size} from pools "
            f"of {self.pool}, shuffle={self.shuffle})"
        )


def labels_of(target: Tensor, target_lengths: Tensor) -> Tensor:
    """The tokens after ``<bos>``, (N, T-1), with -100 at padding; from targets (N, T)."""
    steps = torch.arange(1, target.shape[1], device=target.device)
    return target[:, 1:].masked_fill(steps >= target_lengths[:, None], IGNORED)


def _vocabulary(
    given: Vocabulary | None, sentences: list[list[str]], min_count: int, side: str
) -> Vocabulary:
    if given is None:
        words = (token for sentence in sentences for token in sentence)
        return Vocabulary(words, min_count, TRANSLATION_SPECIALS)
    if tuple(given.tokens[: len(TRANSLATION_SPECIALS)]) != TRANSLATION_SPECIALS:
        raise ValueError(
            f"TranslationDataset: the {side} vocabulary must begin with the special tokens "
            f"{', '.join(TRANSLATION_SPECIALS)}, but begins with "
            f"{', '.join(given.tokens[: len(TRANSLATION_SPECIALS)])}; build it with "
            "specials=TRANSLATION_SPECIALS, or take that of the training set."
        )
    return given


def _padded(sentences: list[list[str]], vocabulary: Vocabulary) -> tuple[Tensor, Tensor]:
    """Numbers (N, longest), padded at the end, and lengths (N,), both int64."""
    lengths = torch.tensor([len(sentence) for sentence in sentences])
    padded = torch.full((len(sentences), int(lengths.max())), PAD)
    # Filled at once: row by row would take as long as all the rest.
    real = torch.arange(padded.shape[1]) < lengths[:, None]
    padded[real] = torch.tensor([vocabulary[token] for sentence in sentences for token in sentence])
    return padded, lengths
