"""The code that the chapter writes from scratch does what its library twins do."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from dlcourse import metrics, models
from tests.chapters import definitions

chapter = definitions("generative-models")


def test_divergence_is_torch_s_and_the_library_s(rng):
    mean, log_var = torch.randn(2, rng.randint(1, 9), rng.randint(1, 9))
    q = torch.distributions.Normal(mean, (0.5 * log_var).exp())
    expected = torch.distributions.kl_divergence(q, torch.distributions.Normal(0, 1))
    torch.testing.assert_close(chapter.gaussian_kl(mean, log_var), expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(models.gaussian_kl(mean, log_var), expected, atol=1e-5, rtol=1e-4)


def test_vae_equals_the_model_with_copied_weights(rng):
    D, hidden, N = (rng.randint(1, 9) for _ in range(3))
    ours, twin = chapter.VAE(D, hidden), models.VAE(D, hidden)
    twin.load_state_dict(ours.state_dict())
    x, noise = torch.rand(N, 1, 28, 28), torch.randn(N, D)
    found = ours(x, noise)
    for one, other in zip(found, twin(x, noise), strict=True):
        torch.testing.assert_close(one, other)
    gradients = torch.autograd.grad(sum(v.sum() for v in found), list(ours.parameters()))
    sum(v.sum() for v in twin(x, noise)).backward()
    for one, parameter in zip(gradients, twin.parameters(), strict=True):
        torch.testing.assert_close(one, parameter.grad, atol=1e-4, rtol=1e-4)


def test_losses_equal_the_library_s(rng):
    real, fake = 5 * torch.randn(rng.randint(1, 9)), 5 * torch.randn(rng.randint(1, 9))
    torch.testing.assert_close(
        chapter.discriminator_loss(real, fake), models.discriminator_loss(real, fake)
    )
    torch.testing.assert_close(chapter.generator_loss(fake), models.generator_loss(fake))


def test_each_step_changes_its_own_network_only(rng):
    G, D = nn.Linear(3, 2), nn.Linear(2, 1)
    before = {name: net.weight.clone() for name, net in (("G", G), ("D", D))}
    x, z = torch.randn(6, 2), torch.randn(6, 3)
    expected = models.discriminator_loss(D(x)[:, 0], D(G(z))[:, 0]).item()
    loss = chapter.discriminator_step(G, D, torch.optim.SGD(D.parameters(), lr=0.1), x, z)
    assert loss == pytest.approx(expected, rel=1e-4)
    assert torch.equal(G.weight, before["G"])
    assert not torch.equal(D.weight, before["D"])
    assert G.weight.grad is None
    before["D"] = D.weight.clone()
    chapter.generator_step(G, D, torch.optim.SGD(G.parameters(), lr=0.1), z)
    assert not torch.equal(G.weight, before["G"])
    assert torch.equal(D.weight, before["D"])


def test_dcgan_equals_the_models_with_copied_weights(rng):
    latent, c, N = rng.randint(1, 9), rng.randint(1, 6), rng.randint(2, 5)
    ours, twin = chapter.dcgan_generator(latent, c), models.DCGenerator(latent, c)
    twin.layers.load_state_dict(ours.state_dict())
    z = torch.randn(N, latent)
    torch.testing.assert_close(ours(z[:, :, None, None]), twin(z))
    ours, twin = chapter.dcgan_discriminator(c), models.DCDiscriminator(c)
    twin.layers.load_state_dict(ours.state_dict())
    x = torch.randn(N, 1, 16, 16)
    torch.testing.assert_close(ours(x), twin(x))


def test_conditional_networks_equal_the_models_with_copied_weights(rng):
    V, D, K, N, T = (rng.randint(2, 9) for _ in range(5))
    tokens, z = torch.randint(V, (N, T)), torch.randn(N, D)
    tokens[:, 0] = 1  # no sentence is empty
    ours, twin = chapter.SentenceCode(V, K), models.SentenceCode(V, K)
    twin.load_state_dict(ours.state_dict())
    torch.testing.assert_close(ours(tokens), twin(tokens))
    torch.testing.assert_close(twin(F.pad(tokens, (0, 3))), twin(tokens))
    ours, twin = chapter.ConditionalGenerator(V, D, K), models.ConditionalGenerator(V, D, K)
    twin.load_state_dict(ours.state_dict())
    torch.testing.assert_close(ours(z, tokens), twin(z, tokens))
    c, x = rng.randint(1, 5), torch.randn(N, 1, 16, 16)
    ours = chapter.ConditionalDiscriminator(V, c, K)
    twin = models.ConditionalDiscriminator(V, K, c)
    twin.load_state_dict(ours.state_dict())
    torch.testing.assert_close(ours.judge(ours.see(x), tokens), twin(x, tokens))


def test_matching_loss_equals_the_library_s_and_is_that_of_two_wrongs(rng):
    fitting, fake, other = (5 * torch.randn(rng.randint(1, 9)) for _ in range(3))
    loss = chapter.matching_loss(fitting, fake, other)
    torch.testing.assert_close(loss, models.matching_loss(fitting, fake, other))
    halves = [models.discriminator_loss(fitting, wrong) for wrong in (fake, other)]
    torch.testing.assert_close(loss, sum(halves) / 2)


def test_the_discriminator_reads_only_mismatched_pairs_where_they_are_shown():
    V, N = 5, 6
    G, D = chapter.ConditionalGenerator(V), chapter.ConditionalDiscriminator(V)
    before = {name: value.clone() for name, value in G.named_parameters()}
    x, tokens, z = torch.randn(N, 1, 16, 16), torch.randint(1, V, (N, 3)), torch.randn(N, 16)
    with torch.no_grad():
        maps, fake = D.see(x), G(z, tokens)
        logits = [D.judge(maps, tokens), D.judge(D.see(fake), tokens),
                  D.judge(maps, tokens.roll(1, 0))]  # fmt: skip
    for mismatch, last in ((True, 2), (False, 1)):
        expected = models.matching_loss(logits[0], logits[1], logits[last]).item()
        sgd = torch.optim.SGD(D.parameters(), lr=0.0)
        loss = chapter.matching_step(G, D, sgd, x, tokens, z, mismatch)
        assert loss == pytest.approx(expected, rel=1e-4)
    assert all(torch.equal(value, before[name]) for name, value in G.named_parameters())
    assert all(value.grad is None for value in G.parameters())
    D_before = {name: value.clone() for name, value in D.named_parameters()}
    chapter.obeying_step(G, D, torch.optim.SGD(G.parameters(), lr=0.1), tokens, z)
    assert all(torch.equal(value, D_before[name]) for name, value in D.named_parameters())
    assert not all(torch.equal(value, before[name]) for name, value in G.named_parameters())


def test_sizes_of_transposed_convolutions(rng):
    n, k, s = (rng.randint(1, 6) for _ in range(3))
    p = rng.randint(0, (k - 1) // 2)
    size = F.conv_transpose2d(
        torch.ones(1, 1, n, n), torch.ones(1, 1, k, k), stride=s, padding=p
    ).shape[-1]
    assert chapter.transposed_size(n, k, s, p) == size


def test_measures_equal_the_library_s(rng):
    D = rng.randint(2, 6)
    real, made = torch.randn(40, D), 1 + 2 * torch.randn(30, D) @ torch.randn(D, D)
    distance = metrics.frechet_distance(real, made)
    torch.testing.assert_close(
        chapter.frechet_distance(real.double(), made.double()).reshape(()),
        distance,
        rtol=1e-4,
        atol=1e-4,
    )
    k = rng.randint(1, 7)
    torch.testing.assert_close(chapter.coverage(real, made, k), metrics.coverage(real, made, k))


def test_diffusion_equals_the_library_s(rng):
    diffusion = models.Diffusion(rng.randint(2, 30), 0.002, 0.15)
    T, kept = len(diffusion.beta), diffusion.kept
    x, noise, t = torch.randn(7, 2), torch.randn(7, 2), torch.randint(T, (7,))
    torch.testing.assert_close(
        chapter.add_noise(x, t, noise, kept), diffusion.add_noise(x, t, noise)
    )
    model, seed = chapter.Denoiser(T, width=8), rng.randint(0, 1000)
    torch.manual_seed(seed)
    ours = chapter.diffusion_loss(x, model, kept)
    torch.manual_seed(seed)
    torch.testing.assert_close(ours, diffusion.loss(model, x))
    torch.manual_seed(seed)
    way = chapter.diffuse_back(model, torch.randn(7, 2), diffusion.beta, kept)
    torch.manual_seed(seed)
    for one, other in zip(way, diffusion.sample(model, (7, 2)), strict=True):
        torch.testing.assert_close(one, other)


def test_value_of_the_game_is_that_of_the_jensen_shannon_divergence():
    assert chapter.game_value(0.0) == pytest.approx(-math.log(4), abs=1e-9)
    torch.manual_seed(0)
    x, g = torch.randn(400_000).double(), 1.5 + torch.randn(400_000).double()
    sure = [F.logsigmoid(sign * (1.5**2 / 2 - 1.5 * v)).mean() for sign, v in ((1, x), (-1, g))]
    assert chapter.game_value(1.5) == pytest.approx(sum(sure).item(), abs=5e-3)


def test_likelihood_by_a_grid_of_a_decoder_that_does_not_listen():
    model = models.VAE(2, hidden=4)
    nn.init.zeros_(model.decoder[2].weight)
    x = torch.rand(3, 1, 28, 28)
    expected = -F.binary_cross_entropy_with_logits(
        model.decoder[2].bias.expand(3, -1), x.flatten(1), reduction="none"
    ).sum(1)
    torch.testing.assert_close(
        chapter.log_likelihood(model, x, 0.1), expected, rtol=1e-4, atol=1e-3
    )


def test_hills_are_counted():
    x = chapter.ring(4000)
    assert chapter.hills_found(x) == 8
    assert chapter.hills_found(x[x[:, 0] > 1.9]) == 1
    assert chapter.hills_found(torch.zeros(9, 2)) == 0


def test_a_projection_keeps_what_lies_in_its_subspace():
    axes = torch.linalg.qr(torch.randn(6, 2)).Q.T
    center = torch.randn(6)
    inside = center + torch.randn(5, 2) @ axes
    torch.testing.assert_close(chapter.project(inside, center, axes), inside)
    x = torch.randn(5, 6)
    once = chapter.project(x, center, axes)
    torch.testing.assert_close(chapter.project(once, center, axes), once)
    torch.testing.assert_close((x - once) @ axes.T, torch.zeros(5, 2), atol=1e-5, rtol=0)
