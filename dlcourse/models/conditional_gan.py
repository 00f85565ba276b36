"""A GAN that is told by a sentence what to make: both networks read it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from dlcourse.models.checks import check_images, check_positive, check_tokens
from dlcourse.models.gan import DCGenerator, start_small


class SentenceCode(nn.Module):
    """A sentence as a short vector: the sum of its words' embeddings, scaled and compressed.

    The sum is divided by the root of the number of words, so that its size does not depend on it.
    Token 0 is padding, and does not count. The order of the words is not seen.

    Args:
        vocab_size: V, padding included.
        code: numbers K of the vector.
        embed_size: of a word's embedding.

    Raises:
        ValueError: a number is not a positive whole number.
    """

    def __init__(self, vocab_size: int, code: int = 16, embed_size: int = 32) -> None:
        check_positive("SentenceCode", vocab_size=vocab_size, code=code, embed_size=embed_size)
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed_size, padding_idx=0)
        self.compress = nn.Linear(embed_size, code)

    def forward(self, tokens: Tensor) -> Tensor:
        """Codes (N, K), float, of sentences (N, T), integers; an empty one gives a code as well.

        Raises:
            TypeError: they are not integers.
            ValueError: they have another shape, or a number is not in 0 … V - 1.
        """
        check_tokens("SentenceCode", "tokens", tokens, self.embedding.num_embeddings)
        words = (tokens != 0).sum(1, keepdim=True).clamp(min=1)  # (N, 1)
        return F.leaky_relu(self.compress(self.embedding(tokens).sum(1) / words.sqrt()), 0.2)


class ConditionalGenerator(nn.Module):
    """Images of 16×16 pixels from noise and a sentence: `DCGenerator`, told what to make.

    Args:
        vocab_size: V of the sentences, padding included.
        latent: numbers D of noise for an image.
        code: numbers into which the sentence is compressed.
        channels: as of `DCGenerator`.

    Raises:
        ValueError: a number is not a positive whole number.
    """

    def __init__(
        self, vocab_size: int, latent: int = 16, code: int = 16, channels: int = 16
    ) -> None:
        check_positive("ConditionalGenerator", latent=latent)
        super().__init__()
        self.latent = latent
        self.code = SentenceCode(vocab_size, code)
        self.images = DCGenerator(latent + code, channels)

    def forward(self, z: Tensor, tokens: Tensor) -> Tensor:
        """Images (N, 1, 16, 16) in [-1, 1] from noise z (N, D) and sentences (N, T).

        Raises:
            TypeError: the sentences are not integers.
            ValueError: z or the sentences have another shape.
        """
        if z.shape != (len(tokens), self.latent):
            raise ValueError(
                f"ConditionalGenerator: {len(tokens)} sentences take noise of shape "
                f"({len(tokens)}, {self.latent}), got {tuple(z.shape)}."
            )
        return self.images(torch.cat([z, self.code(tokens)], dim=1))


class ConditionalDiscriminator(nn.Module):
    """Whether an image is real and fits a sentence: the code joins the image's maps of 4×4.

    After Reed et al., "Generative adversarial text to image synthesis" (2016), made small. The
    join is followed by a layer with an activation: without it the logit would be one number for the
    image plus one for the sentence, and could not say whether they fit *each other*.

    Args:
        vocab_size: V of the sentences, padding included.
        code: numbers into which the sentence is compressed.
        channels: of the first maps; twice as many in the second.

    Raises:
        ValueError: a number is not a positive whole number.
    """

    def __init__(self, vocab_size: int, code: int = 16, channels: int = 16) -> None:
        check_positive("ConditionalDiscriminator", channels=channels)
        super().__init__()
        self.code = SentenceCode(vocab_size, code)
        self.maps = nn.Sequential(
            nn.Conv2d(1, channels, 4, stride=2, padding=1),  # (N, c, 8, 8)
            nn.LeakyReLU(0.2),
            nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(2 * channels),  # (N, 2c, 4, 4)
            nn.LeakyReLU(0.2),
        )
        self.join = nn.Conv2d(2 * channels + code, 2 * channels, 1)  # (N, 2c, 4, 4)
        self.last = nn.Conv2d(2 * channels, 1, 4)  # (N, 1, 1, 1)
        start_small(self.maps)
        start_small(self.last)

    def see(self, x: Tensor) -> Tensor:
        """The maps (N, 2c, 4, 4) of images x (N, 1, 16, 16), float.

        Raises:
            TypeError: x is not floating point.
            ValueError: x has another shape.
        """
        check_images("ConditionalDiscriminator", x, 1, size=16, resizable=False)
        return self.maps(x)

    def judge(self, maps: Tensor, tokens: Tensor) -> Tensor:
        """Logits (N,) of what `see` gave with sentences (N, T): above zero means real and fitting.

        Raises:
            TypeError: the sentences are not integers.
            ValueError: there is not one sentence for each image.
        """
        if len(tokens) != len(maps):
            raise ValueError(
                f"ConditionalDiscriminator: {len(maps)} images and {len(tokens)} sentences."
            )
        code = self.code(tokens)[:, :, None, None].expand(-1, -1, *maps.shape[2:])
        return self.last(F.leaky_relu(self.join(torch.cat([maps, code], dim=1)), 0.2)).flatten()

    def forward(self, x: Tensor, tokens: Tensor) -> Tensor:
        """Logits (N,) of images x (N, 1, 16, 16) with sentences (N, T).

        Raises:
            TypeError: as of `see` and `judge`.
            ValueError: as of `see` and `judge`.
        """
        return self.judge(self.see(x), tokens)


def matching_loss(fitting: Tensor, fake: Tensor, mismatched: Tensor) -> Tensor:
    """The discriminator's loss: real and fitting pairs against the two ways to be wrong.

    Args:
        fitting: logits of real images with their own sentences, (N,).
        fake: of made images with the sentences that they were made for, (M,); detached images.
        mismatched: of real images with sentences of others, (K,).

    Returns:
        A 0-d tensor: mean of -log D of the first, plus half the sum of the means of -log(1 - D) of
        the other two.

    Raises:
        ValueError: one of them is not a vector, or is empty.
    """
    for name, values in (("fitting", fitting), ("fake", fake), ("mismatched", mismatched)):
        if values.ndim != 1 or not values.numel():
            raise ValueError(
                f"matching_loss: {name} must be logits of shape (N,), got {tuple(values.shape)}."
            )
    wrong = F.softplus(fake).mean() + F.softplus(mismatched).mean()
    return F.softplus(-fitting).mean() + wrong / 2
