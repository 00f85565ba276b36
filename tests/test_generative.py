"""Networks that make things, and measures of what they make: values by hand, bad input refused."""

import math

import pytest
import torch

from dlcourse import metrics, models


def test_divergence_by_hand():
    mean, log_var = torch.tensor([0.0, 2.0, 0.0]), torch.tensor([0.0, 0.0, math.log(4)])
    expected = torch.tensor([0.0, 2.0, 0.5 * (4 - 1 - math.log(4))])
    torch.testing.assert_close(models.gaussian_kl(mean, log_var), expected)


def test_a_draw_has_the_wanted_mean_and_variance():
    torch.manual_seed(0)
    mean = torch.full((100_000,), 3.0, requires_grad=True)
    z = models.reparameterize(mean, torch.full((100_000,), math.log(0.25)))
    assert z.mean().item() == pytest.approx(3, abs=0.01)
    assert z.std().item() == pytest.approx(0.5, abs=0.01)
    z.sum().backward()
    assert torch.equal(mean.grad, torch.ones_like(mean))


def test_losses_at_one_half():
    zeros = torch.zeros(4)
    assert models.discriminator_loss(zeros, zeros).item() == pytest.approx(math.log(4))
    assert models.generator_loss(zeros).item() == pytest.approx(math.log(2))
    assert models.generator_loss(zeros, saturating=True).item() == pytest.approx(-math.log(2))


def test_losses_of_extreme_logits_are_finite():
    far = torch.tensor([-1e4, 1e4])
    assert models.discriminator_loss(far, far).isfinite()
    assert models.generator_loss(far).isfinite()


def test_shapes_of_dcgan():
    images = models.DCGenerator(5, 3, 2)(torch.randn(4, 5))
    assert images.shape == (4, 2, 16, 16)
    assert images.abs().max() <= 1
    assert models.DCDiscriminator(3, 2)(images).shape == (4,)


def test_dcgan_starts_small():
    torch.manual_seed(0)
    for model in (models.DCGenerator(), models.DCDiscriminator()):
        weights = torch.cat([p.flatten() for p in model.parameters() if p.ndim == 4])
        assert weights.std().item() == pytest.approx(0.02, rel=0.05)


def test_what_diffusion_keeps():
    diffusion = models.Diffusion(steps=2, first=0.1, last=0.5)
    torch.testing.assert_close(diffusion.kept, torch.tensor([0.9, 0.45]))
    x, noise = torch.full((2, 1), 3.0), torch.full((2, 1), -1.0)
    expected = torch.tensor([[3 * 0.9**0.5 - 0.1**0.5], [3 * 0.45**0.5 - 0.55**0.5]])
    torch.testing.assert_close(diffusion.add_noise(x, torch.tensor([0, 1]), noise), expected)


def test_the_first_step_is_taken_back_exactly_where_the_noise_is_known():
    diffusion = models.Diffusion(steps=3)
    x, noise = torch.randn(5, 2), torch.randn(5, 2)
    noisy = diffusion.add_noise(x, torch.zeros(5, dtype=torch.int64), noise)
    torch.testing.assert_close(diffusion.step_back(noisy, 0, noise, torch.randn(5, 2)), x)


def test_frechet_distance_by_hand():
    x = torch.tensor([[-1.0], [1.0]])
    assert metrics.frechet_distance(x, x).item() == pytest.approx(0, abs=1e-9)
    # Means 0 and 3, standard deviations √2 and 2 √2.
    assert metrics.frechet_distance(x, 3 + 2 * x).item() == pytest.approx(9 + 2)


def test_frechet_distance_does_not_mind_a_rotation():
    torch.manual_seed(0)
    a, b = torch.randn(50, 4).double(), 2 + torch.randn(60, 4).double() * torch.arange(1, 5)
    turn = torch.linalg.qr(torch.randn(4, 4).double()).Q
    torch.testing.assert_close(
        metrics.frechet_distance(a @ turn, b @ turn), metrics.frechet_distance(a, b)
    )


def test_coverage_by_hand():
    real = torch.tensor([[0.0], [1.0], [2.0], [10.0]])
    assert metrics.coverage(real, torch.tensor([[0.5]]), k=1).item() == 0.5
    assert metrics.coverage(real, real, k=1).item() == 1
    assert metrics.coverage(real, torch.tensor([[100.0]]), k=3).item() == 0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: models.VAE(latent=0), "latent"),
        (lambda: models.VAE(2)(torch.rand(3, 784)), r"\(3, 784\)"),
        (lambda: models.VAE(2).decode(torch.rand(3, 5)), r"\(N, 2\)"),
        (lambda: models.gaussian_kl(torch.rand(3), torch.rand(3, 1)), "same shape"),
        (lambda: models.reparameterize(torch.rand(3), torch.rand(3), torch.rand(1)), "noise"),
        (lambda: models.discriminator_loss(torch.rand(3), torch.rand(3, 1)), "fake"),
        (lambda: models.generator_loss(torch.rand(0)), "fake"),
        (lambda: models.DCGenerator()(torch.rand(3, 31)), r"\(N, 32\)"),
        (lambda: models.DCGenerator(channels=-1), "channels"),
        (lambda: models.DCDiscriminator()(torch.rand(3, 1, 28, 28)), "16"),
        (lambda: models.Diffusion(steps=0), "steps"),
        (lambda: models.Diffusion(first=0.0), "first"),
        (
            lambda: models.Diffusion().add_noise(
                torch.rand(3, 2), torch.tensor([1]), torch.rand(3, 2)
            ),
            r"t \(3,\)",
        ),
        (lambda: metrics.frechet_distance(torch.rand(1, 3), torch.rand(5, 3)), "at least 2"),
        (lambda: metrics.frechet_distance(torch.rand(4, 3), torch.rand(5, 2)), r"\(N, D\)"),
        (lambda: metrics.coverage(torch.rand(5, 3), torch.rand(4, 3), k=5), "k must"),
    ],
)
def test_bad_input_is_refused_by_name(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_images_in_whole_numbers_are_refused():
    with pytest.raises(TypeError, match="floating point"):
        models.VAE(2)(torch.zeros(2, 1, 28, 28, dtype=torch.uint8))


def test_a_code_of_a_sentence_by_hand_and_an_empty_sentence():
    code = models.SentenceCode(4, code=1, embed_size=2)
    with torch.no_grad():
        code.embedding.weight.copy_(torch.tensor([[0.0, 0], [1, 0], [0, 2], [5, 5]]))
        code.compress.weight.fill_(1.0)
        code.compress.bias.fill_(-2.0)
    sentences = torch.tensor([[1, 2, 2, 1], [2, 0, 0, 0], [0, 0, 0, 0]])
    expected = torch.tensor([[6 / 2 - 2], [0.0], [0.2 * -2]])
    torch.testing.assert_close(code(sentences), expected)


def test_conditional_networks_refuse_what_does_not_fit():
    G, D = models.ConditionalGenerator(5, latent=3), models.ConditionalDiscriminator(5)
    tokens, x = torch.ones(2, 4, dtype=torch.int64), torch.zeros(2, 1, 16, 16)
    assert G(torch.randn(2, 3), tokens).shape == (2, 1, 16, 16)
    assert D(x, tokens).shape == (2,)
    with pytest.raises(ValueError, match=r"2 sentences take noise of shape \(2, 3\)"):
        G(torch.randn(3, 3), tokens)
    with pytest.raises(ValueError, match="2 images and 1 sentences"):
        D(x, tokens[:1])
    with pytest.raises(ValueError, match="16"):
        D(torch.zeros(2, 1, 28, 28), tokens)
    with pytest.raises(TypeError, match="integers"):
        D(x, tokens.float())
    with pytest.raises(ValueError, match="0 … 4"):
        G(torch.randn(2, 3), tokens + 4)
    with pytest.raises(ValueError, match="positive whole"):
        models.ConditionalGenerator(0)
    with pytest.raises(ValueError, match="mismatched must be logits"):
        models.matching_loss(torch.zeros(2), torch.zeros(2), torch.zeros(0))
