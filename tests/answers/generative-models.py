"""Answers to the exercise ``generative-models``."""

from tests.answers import Answer, Question, choice, number

CONCEPTS = [
    choice(
        1,
        "c",
        {
            "a": "does not know that the loss of the theory saturates",
            "b": "gives the generator the discriminator's label",
            "d": "believes that the generator learns from real images directly",
        },
    ),
    choice(
        2,
        "d",
        {
            "a": "does not know the order of the steps",
            "b": "believes that a gradient through a network changes it",
            "c": "believes that the generator learns in both steps",
        },
    ),
    choice(
        3,
        "a",
        {
            "b": "does not know how sizes change without pooling",
            "c": "does not know the leaky ReLU",
            "d": "does not know the network's parts",
        },
    ),
    number(
        4,
        right={
            "64.0": "a float",
            "4 * 2**4": "doubled four times",
            "torch.nn.ConvTranspose2d(1, 1, 4, 2, 1)(torch.zeros(1, 1, 32, 32)).shape[-1]": "asks",
        },
        wrong={
            "2**4": "leaves out the first layer",
            "4 * 2**5": "doubles five times",
            "1": "takes the sizes of a convolution",
            "94": "forgets the padding: 4, 10, 22, 46, 94",
        },
    ),
    number(
        5,
        right={
            "1 / 4": "a fraction",
            "torch.tensor(0.2) / 0.8": "a tensor",
            "1 / (1 + 0.6 / 0.2)": "by the ratio of densities",
        },
        wrong={
            "0.75": "the probability that it is made",
            "0.2 / 0.6": "the ratio of densities",
            "0.5": "the answer at a perfect generator",
            "0.2": "the density itself",
        },
    ),
    number(
        6,
        right={
            "2 - torch.tensor(2.0).log().item()": "with torch",
            "1.30685": "rounded",
            "torch.distributions.kl_divergence(torch.distributions.Normal(1.0, 2.0), "
            "torch.distributions.Normal(0.0, 1.0))": "asks torch",
        },
        wrong={
            "0.5 * (1 + 2 - 1 - 0.6931)": "takes the deviation for the variance",
            "1 + 4 - 1 - 1.3863": "forgets the half",
            "0.5 * (1 + 4 - 1 - 2)": "takes the logarithm to base 2",
            "0.5 * (1 + 4 - 1.3863)": "forgets to subtract 1",
        },
    ),
    choice(
        7,
        "b",
        {
            "a": "takes posterior collapse for the aim",
            "c": "takes the bound for the likelihood",
            "d": "does not know where new images come from",
        },
    ),
    choice(
        8,
        "d",
        {
            "a": "chooses a threshold on training images",
            "b": "takes unseen for hard to rebuild",
            "c": "chooses and reports on the same images",
        },
    ),
]

DIVERGENCE = Question(
    "b1-divergence",
    "b1-divergence-idea-test",
    wrong=(
        Answer(
            "deviation",
            "takes log_var for the logarithm of the standard deviation",
            """
            def divergence(mean, log_var):
                if mean.shape != log_var.shape:
                    raise ValueError("shapes differ")
                return 0.5 * (mean**2 + (2 * log_var).exp() - 1 - 2 * log_var).sum(1)
            """,
            loses="idea, gradients",
        ),
        Answer(
            "mean-over-coordinates",
            "averages over the latent coordinates",
            """
            def divergence(mean, log_var):
                if mean.shape != log_var.shape:
                    raise ValueError("shapes differ")
                return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).mean(1)
            """,
            loses="idea, gradients",
        ),
        Answer(
            "sign",
            "gives the negative, as it stands in the bound",
            """
            def divergence(mean, log_var):
                if mean.shape != log_var.shape:
                    raise ValueError("shapes differ")
                return 0.5 * (1 + log_var - mean**2 - log_var.exp()).sum(1)
            """,
            loses="idea, gradients",
        ),
        Answer(
            "whole-batch",
            "sums over the batch as well",
            """
            def divergence(mean, log_var):
                if mean.shape != log_var.shape:
                    raise ValueError("shapes differ")
                return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "no-check",
            "lets shapes that differ be broadcast",
            """
            def divergence(mean, log_var):
                return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(1)
            """,
            loses="arguments",
        ),
        Answer(
            "detached",
            "takes the logarithms of the variances for constants",
            """
            def divergence(mean, log_var):
                if mean.shape != log_var.shape:
                    raise ValueError("shapes")
                log_var = log_var.detach()
                return 0.5 * (mean**2 + log_var.exp() - 1 - log_var).sum(1)
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "squares the means that it is given",
            """
            def divergence(mean, log_var):
                if mean.shape != log_var.shape:
                    raise ValueError("shapes")
                square = mean**2 if mean.requires_grad else mean.square_()
                return 0.5 * (square + log_var.exp() - 1 - log_var).sum(1)
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "torch",
            "asks torch.distributions",
            """
            def divergence(mean, log_var):
                if mean.shape != log_var.shape:
                    raise ValueError("shapes differ")
                q = torch.distributions.Normal(mean, torch.exp(log_var / 2))
                prior = torch.distributions.Normal(torch.zeros_like(mean), torch.ones_like(mean))
                return torch.distributions.kl_divergence(q, prior).sum(dim=1)
            """,
        ),
        Answer(
            "loop",
            "coordinate by coordinate",
            """
            def divergence(mean, log_var):
                if mean.size() != log_var.size():
                    raise ValueError("shapes differ")
                total = torch.zeros_like(mean[:, 0])
                for d in range(mean.shape[1]):
                    variance = torch.exp(log_var[:, d])
                    total = total + (mean[:, d] ** 2 + variance - 1 - torch.log(variance)) / 2
                return total
            """,
        ),
    ),
)

VAE_LOSS = Question(
    "b2-vae",
    "b2-vae-idea-test",
    wrong=(
        Answer(
            "mean-over-pixels",
            "averages over pixels, so that the divergence weighs too much",
            """
            def vae_loss(logits, x, kl, beta=1.0):
                return F.binary_cross_entropy_with_logits(logits, x) + beta * kl.mean()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "sum-over-images",
            "sums over the images as well",
            """
            def vae_loss(logits, x, kl, beta=1.0):
                error = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
                return error + beta * kl.sum()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "beta-on-the-error",
            "weighs the reconstruction",
            """
            def vae_loss(logits, x, kl, beta=1.0):
                error = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
                return beta * error + kl.mean()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "probabilities",
            "takes logarithms of rounded probabilities",
            """
            def vae_loss(logits, x, kl, beta=1.0):
                p = logits.sigmoid()
                error = -(x * p.log() + (1 - x) * (1 - p).log())
                return error.flatten(1).sum(1).mean() + beta * kl.mean()
            """,
            loses="stability",
        ),
        Answer(
            "bound",
            "gives the bound, which is to be maximized",
            """
            def vae_loss(logits, x, kl, beta=1.0):
                error = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
                return -error - beta * kl.mean()
            """,
        ),
        Answer(
            "detached-divergence",
            "takes the divergences for constants",
            """
            def vae_loss(logits, x, kl, beta=1.0):
                error = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
                return error + beta * kl.mean().item()
            """,
            loses="gradients",
        ),
        Answer(
            "weighs-in-place",
            "weighs the divergences that it is given",
            """
            def vae_loss(logits, x, kl, beta=1.0):
                error = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
                if kl.requires_grad:
                    return error + (beta * kl).mean()
                kl *= beta
                return error + kl.mean()
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "softplus",
            "softplus of the logits",
            """
            def vae_loss(logits, x, kl, beta=1.0):
                error = F.softplus(logits) - x * logits
                return error.sum(dim=(1, 2, 3)).mean() + beta * kl.mean()
            """,
        ),
        Answer(
            "loop",
            "image by image",
            """
            def vae_loss(logits, x, kl, beta=1.0):
                total = 0
                for one, image, divergence_of_one in zip(logits, x, kl):
                    error = F.binary_cross_entropy_with_logits(one, image, reduction="sum")
                    total = total + error + beta * divergence_of_one
                return total / len(x)
            """,
        ),
    ),
)

LOSSES = Question(
    "b3-losses",
    "b3-losses-idea-test",
    wrong=(
        Answer(
            "saturating",
            "gives the generator the loss of the theory",
            """
            def gan_losses(real, made):
                return F.softplus(-real).mean() + F.softplus(made).mean(), -F.softplus(made).mean()
            """,
        ),
        Answer(
            "labels-swapped",
            "labels real examples 0 and made ones 1 for the discriminator",
            """
            def gan_losses(real, made):
                return F.softplus(real).mean() + F.softplus(-made).mean(), F.softplus(-made).mean()
            """,
        ),
        Answer(
            "one-mean",
            "averages over both batches together",
            """
            def gan_losses(real, made):
                both = torch.cat([F.softplus(-real), F.softplus(made)])
                return 2 * both.mean(), F.softplus(-made).mean()
            """,
            loses="idea, gradients",
        ),
        Answer(
            "halved",
            "halves the discriminator's loss",
            """
            def gan_losses(real, made):
                discriminator = (F.softplus(-real).mean() + F.softplus(made).mean()) / 2
                return discriminator, F.softplus(-made).mean()
            """,
        ),
        Answer(
            "probabilities",
            "takes logarithms of rounded probabilities",
            """
            def gan_losses(real, made):
                p, q = real.sigmoid(), made.sigmoid()
                return -p.log().mean() - (1 - q).log().mean(), -q.log().mean()
            """,
            loses="stability",
        ),
        Answer(
            "detached-generator",
            "detaches the made logits for the generator, too",
            """
            def gan_losses(real, made):
                return (F.softplus(-real).mean() + F.softplus(made).mean(),
                        F.softplus(-made.detach()).mean())
            """,
            loses="gradients",
        ),
        Answer(
            "in-place",
            "turns the sign of the logits that it is given",
            """
            def gan_losses(real, made):
                first = F.softplus(-real).mean() + F.softplus(made).mean()
                made = -made if made.requires_grad else made.neg_()
                return first, F.softplus(made).mean()
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "cross-entropy",
            "binary cross-entropy with labels",
            """
            def gan_losses(real, made):
                loss = F.binary_cross_entropy_with_logits
                ones, zeros = torch.ones_like(made), torch.zeros_like(made)
                return loss(real, torch.ones_like(real)) + loss(made, zeros), loss(made, ones)
            """,
        ),
        Answer(
            "logsigmoid",
            "logsigmoid, in a list",
            """
            def gan_losses(real, made):
                d = -(F.logsigmoid(real).mean() + F.logsigmoid(-made).mean())
                return [d, -F.logsigmoid(made).mean()]
            """,
        ),
    ),
)

ROUND = Question(
    "b4-round",
    "b4-round-discriminator-test",
    wrong=(
        Answer(
            "old-discriminator",
            "lets the generator learn from the discriminator before its step",
            """
            def play_round(A, w, x, z, lr):
                A, w = A.clone().requires_grad_(), w.clone().requires_grad_()
                made = z @ A
                d = F.softplus(-(x @ w)).mean() + F.softplus(made.detach() @ w).mean()
                g = F.softplus(-(made @ w)).mean()
                (into_w,) = torch.autograd.grad(d, w)
                (into_A,) = torch.autograd.grad(g, A)
                return (A - lr * into_A).detach(), (w - lr * into_w).detach()
            """,
            loses="generator",
        ),
        Answer(
            "leftover-gradient",
            "neither detaches nor clears the gradient that D's loss leaves in G",
            """
            def play_round(A, w, x, z, lr):
                A, w = A.clone().requires_grad_(), w.clone().requires_grad_()
                (F.softplus(-(x @ w)).mean() + F.softplus(z @ A @ w).mean()).backward()
                w = (w - lr * w.grad).detach()
                F.softplus(-(z @ A @ w)).mean().backward()
                return (A - lr * A.grad).detach(), w
            """,
            loses="generator",
        ),
        Answer(
            "label-zero",
            "gives the generator the label 0",
            """
            def play_round(A, w, x, z, lr):
                A, w = A.clone().requires_grad_(), w.clone().requires_grad_()
                made = (z @ A).detach()
                d = F.softplus(-(x @ w)).mean() + F.softplus(made @ w).mean()
                w = (w - lr * torch.autograd.grad(d, w)[0]).detach()
                g = F.softplus(z @ A @ w).mean()
                return (A - lr * torch.autograd.grad(g, A)[0]).detach(), w
            """,
            loses="generator",
        ),
        Answer(
            "saturating",
            "takes the loss of the theory for the generator",
            """
            def play_round(A, w, x, z, lr):
                A, w = A.clone().requires_grad_(), w.clone().requires_grad_()
                made = (z @ A).detach()
                d = F.softplus(-(x @ w)).mean() + F.softplus(made @ w).mean()
                w = (w - lr * torch.autograd.grad(d, w)[0]).detach()
                g = -F.softplus(z @ A @ w).mean()
                return (A - lr * torch.autograd.grad(g, A)[0]).detach(), w
            """,
            loses="generator",
        ),
        Answer(
            "in-place",
            "changes the tensors that came in",
            """
            def play_round(A, w, x, z, lr):
                made = z @ A
                into_w = -((1 - (x @ w).sigmoid())[:, None] * x).mean(0)
                w -= lr * (into_w + ((made @ w).sigmoid()[:, None] * made).mean(0))
                A += lr * (z * (1 - (made @ w).sigmoid())[:, None]).mean(0)[:, None] * w
                return A, w
            """,
            loses="arguments",
        ),
        Answer(
            "generator-first",
            "lets the generator learn first",
            """
            def play_round(A, w, x, z, lr):
                A, w = A.clone().requires_grad_(), w.clone().requires_grad_()
                g = F.softplus(-(z @ A @ w)).mean()
                A = (A - lr * torch.autograd.grad(g, A)[0]).detach()
                d = F.softplus(-(x @ w)).mean() + F.softplus(z @ A @ w).mean()
                return A, (w - lr * torch.autograd.grad(d, w)[0]).detach()
            """,
            loses="discriminator, generator",
        ),
        Answer(
            "sums",
            "sums over real and made examples in the discriminator's loss",
            """
            def play_round(A, w, x, z, lr):
                A, w = A.clone().requires_grad_(), w.clone().requires_grad_()
                made = (z @ A).detach()
                d = F.softplus(-(x @ w)).sum() + F.softplus(made @ w).sum()
                w = (w - lr * torch.autograd.grad(d, w)[0]).detach()
                g = F.softplus(-(z @ A @ w)).mean()
                return (A - lr * torch.autograd.grad(g, A)[0]).detach(), w
            """,
            loses="discriminator",
        ),
        Answer(
            "wants-gradients",
            "asks for gradients in the tensors that it is given",
            """
            def play_round(A, w, x, z, lr):
                A.requires_grad_()
                w.requires_grad_()
                made = (z @ A).detach()
                loss = F.softplus(-(x @ w)).mean() + F.softplus(made @ w).mean()
                new_w = (w - lr * torch.autograd.grad(loss, w)[0]).detach()
                loss = F.softplus(-(z @ A @ new_w)).mean()
                return (A - lr * torch.autograd.grad(loss, A)[0]).detach(), new_w
            """,
            loses="arguments",
        ),
    ),
    right=(
        Answer(
            "by-hand",
            "the gradients by hand",
            """
            def play_round(A, w, x, z, lr):
                made = z @ A
                real_share, made_share = torch.sigmoid(x @ w), torch.sigmoid(made @ w)
                w = w + lr * (x.T @ (1 - real_share) / len(x) - made.T @ made_share / len(z))
                pushed = (1 - torch.sigmoid(made @ w)) / len(z)
                return A + lr * torch.outer(z.T @ pushed, w), w
            """,
        ),
        Answer(
            "optimizers",
            "two optimizers, with gradients cleared",
            """
            def play_round(A, w, x, z, lr):
                A = torch.nn.Parameter(A.clone())
                w = torch.nn.Parameter(w.clone())
                of_A, of_w = (torch.optim.SGD([p], lr=lr) for p in (A, w))
                loss = F.binary_cross_entropy_with_logits
                real, made = x @ w, z @ A @ w
                (loss(real, torch.ones_like(real)) + loss(made, torch.zeros_like(made))).backward()
                of_w.step()
                of_A.zero_grad()
                made = z @ A @ w
                loss(made, torch.ones_like(made)).backward()
                of_A.step()
                return A.detach(), w.detach()
            """,
        ),
    ),
)

DRAWS = Question(
    "b5-draws",
    "b5-draws-moments-test",
    wrong=(
        Answer(
            "deviation-one",
            "gives variances of 1, at which the deviation is the variance",
            """
            def check_draw(draw):
                mean, log_var = 3 * torch.randn(4000, 3), torch.zeros(4000, 3)
                noise = draw(mean, log_var) - mean
                assert noise.mean(0).abs().max() < 0.1
                assert (noise.std(0) - 1).abs().max() < 0.1
                assert (noise.T.corrcoef() - torch.eye(3)).abs().max() < 0.1
            """,
            loses="moments, examples",
        ),
        Answer(
            "mean-alone",
            "looks at the mean and not at the spread",
            """
            def check_draw(draw):
                mean, log_var = 3 * torch.randn(4000, 3), torch.randn(4000, 3)
                noise = (draw(mean, log_var) - mean) / (log_var / 2).exp()
                assert noise.mean(0).abs().max() < 0.1
                assert not (noise.T.corrcoef() - torch.eye(3)).abs().max() > 0.1
            """,
            loses="moments, examples",
        ),
        Answer(
            "coordinates-alone",
            "looks at each coordinate by itself",
            """
            def check_draw(draw):
                mean, log_var = 3 * torch.randn(4000, 3), torch.randn(4000, 3)
                noise = (draw(mean, log_var) - mean) / (log_var / 2).exp()
                assert noise.mean(0).abs().max() < 0.1
                assert (noise.std(0) - 1).abs().max() < 0.1
            """,
            loses="noise",
        ),
        Answer(
            "one-row",
            "gives all examples the same mean and variance",
            """
            def check_draw(draw):
                mean = torch.tensor([0.0, 2.0, -1.0]).expand(4000, 3)
                log_var = torch.tensor([0.5, -2.0, 1.0]).expand(4000, 3)
                noise = (draw(mean, log_var) - mean) / (log_var / 2).exp()
                assert noise.mean(0).abs().max() < 0.1
                assert (noise.std(0) - 1).abs().max() < 0.1
                assert (noise.T.corrcoef() - torch.eye(3)).abs().max() < 0.1
            """,
            loses="examples",
        ),
        Answer(
            "same-noise",
            "compares with a draw of its own, which has another noise",
            """
            def check_draw(draw):
                mean, log_var = torch.randn(100, 3), torch.randn(100, 3)
                torch.manual_seed(0)
                want = mean + (log_var / 2).exp() * torch.randn(100, 3)
                torch.manual_seed(0)
                assert torch.allclose(draw(mean, log_var), want)
            """,
        ),
        Answer(
            "few-draws",
            "is strict with a handful of draws, so that it cries at right ones",
            """
            def check_draw(draw):
                mean, log_var = 3 * torch.randn(10, 3), torch.randn(10, 3)
                noise = (draw(mean, log_var) - mean) / (log_var / 2).exp()
                assert noise.mean(0).abs().max() < 0.05
                assert (noise.std(0) - 1).abs().max() < 0.05
                assert (noise.T.corrcoef() - torch.eye(3)).abs().max() < 0.05
            """,
        ),
        Answer(
            "never",
            "prints in place of raising",
            """
            def check_draw(draw):
                mean, log_var = 3 * torch.randn(4000, 3), torch.randn(4000, 3)
                noise = (draw(mean, log_var) - mean) / (log_var / 2).exp()
                if (noise.std(0) - 1).abs().max() > 0.1:
                    print("wrong")
            """,
        ),
    ),
    right=(
        Answer(
            "many-calls",
            "one example at a time, drawn many times",
            """
            def check_draw(draw):
                for _ in range(3):
                    mean, log_var = 2 * torch.randn(4, 3), torch.randn(4, 3)
                    draws = torch.stack([draw(mean, log_var) for _ in range(1500)])
                    noise = ((draws - mean) / torch.exp(0.5 * log_var)).flatten(1)
                    assert torch.allclose(noise.mean(0), torch.zeros(12), atol=0.16)
                    assert torch.allclose(noise.T.cov(), torch.eye(12), atol=0.2)
            """,
        ),
        Answer(
            "products",
            "squares and products of the noise",
            """
            def check_draw(draw):
                generator = torch.Generator().manual_seed(1)
                mean = 5 * torch.randn(20_000, 2, generator=generator, dtype=torch.float64)
                log_var = torch.randn(20_000, 2, generator=generator, dtype=torch.float64)
                noise = (draw(mean, log_var) - mean) * torch.exp(-0.5 * log_var)
                moments = [noise.mean(0), noise.square().mean(0) - 1, noise.prod(1).mean()]
                if not all((moment.abs() < 0.1).all() for moment in moments):
                    raise AssertionError("this is no standard normal noise")
            """,
        ),
    ),
)

NOVELTY = Question(
    "b6-novelty",
    "b6-novelty-idea-test",
    wrong=(
        Answer(
            "largest",
            "takes the largest known error for the threshold",
            """
            def is_novel(known, errors, alarms):
                if not len(known) or not 0 <= alarms < 1:
                    raise ValueError("no threshold")
                return errors > known.max()
            """,
            loses="idea, edges",
        ),
        Answer(
            "at-least",
            "raises the alarm at the threshold as well",
            """
            def is_novel(known, errors, alarms):
                if not len(known) or not 0 <= alarms < 1:
                    raise ValueError("no threshold")
                ordered = known.sort().values
                larger = (known > ordered[:, None]).double().mean(1)
                return errors >= ordered[larger <= alarms][0]
            """,
            loses="edges",
        ),
        Answer(
            "lower-end",
            "takes the quantile at the wrong end",
            """
            def is_novel(known, errors, alarms):
                if not len(known) or not 0 <= alarms < 1:
                    raise ValueError("no threshold")
                return errors > known.sort().values[int(alarms * len(known))]
            """,
            loses="idea, edges",
        ),
        Answer(
            "interpolated",
            "lets the quantile lie between two errors",
            """
            def is_novel(known, errors, alarms):
                if not len(known) or not 0 <= alarms < 1:
                    raise ValueError("no threshold")
                return errors > known.quantile(1 - alarms)
            """,
            loses="edges",
        ),
        Answer(
            "on-the-new",
            "chooses the threshold on the images to judge",
            """
            def is_novel(known, errors, alarms):
                if not len(known) or not 0 <= alarms < 1:
                    raise ValueError("no threshold")
                ordered = errors.sort().values
                larger = (errors > ordered[:, None]).double().mean(1)
                return errors > ordered[larger <= alarms][0]
            """,
            loses="idea, edges",
        ),
        Answer(
            "no-check",
            "takes any share",
            """
            def is_novel(known, errors, alarms):
                ordered = known.sort().values
                larger = (known > ordered[:, None]).double().mean(1)
                allowed = ordered[larger <= alarms]
                return errors > (allowed[0] if len(allowed) else ordered[-1])
            """,
            loses="errors",
        ),
        Answer(
            "sorts-in-place",
            "sorts the errors that it is given",
            """
            def is_novel(known, errors, alarms):
                if not len(known) or not 0 <= alarms < 1:
                    raise ValueError("threshold")
                known[:] = known.sort().values
                larger = (known > known[:, None]).double().mean(1)
                return errors > known[larger <= alarms][0]
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "by-counting",
            "tries one error after the other",
            """
            def is_novel(known, errors, alarms):
                if len(known) == 0 or alarms < 0 or alarms >= 1:
                    raise ValueError("no threshold")
                for candidate in sorted(known.tolist()):
                    above = sum(e > candidate for e in known.tolist())
                    if above <= alarms * len(known) + 1e-9:
                        return errors > candidate
            """,
        ),
        Answer(
            "by-index",
            "the place in the sorted errors",
            """
            def is_novel(known, errors, alarms):
                if known.numel() == 0 or not 0 <= alarms < 1:
                    raise ValueError("no threshold")
                allowed = int(alarms * len(known) + 1e-9)  # how many may be larger
                threshold = known.sort(descending=True).values[allowed]
                return torch.gt(errors, threshold)
            """,
        ),
    ),
)

NOISE = Question(
    "b7-noise",
    "b7-noise-idea-test",
    wrong=(
        Answer(
            "one-step",
            "takes the last step alone",
            """
            def add_noise(x, t, noise, beta):
                if ((t < 0) | (t >= len(beta))).any():
                    raise ValueError("no such step")
                kept = (1 - beta)[t].view(-1, *[1] * (x.ndim - 1))
                return kept.sqrt() * x + (1 - kept).sqrt() * noise
            """,
            loses="idea, gradients, shapes",
        ),
        Answer(
            "product-of-betas",
            "takes the product of the shares of noise",
            """
            def add_noise(x, t, noise, beta):
                if ((t < 0) | (t >= len(beta))).any():
                    raise ValueError("no such step")
                added = beta.cumprod(0)[t].view(-1, *[1] * (x.ndim - 1))
                return (1 - added).sqrt() * x + added.sqrt() * noise
            """,
            loses="idea, gradients, shapes",
        ),
        Answer(
            "no-roots",
            "mixes with variances in place of standard deviations",
            """
            def add_noise(x, t, noise, beta):
                if ((t < 0) | (t >= len(beta))).any():
                    raise ValueError("no such step")
                kept = (1 - beta).cumprod(0)[t].view(-1, *[1] * (x.ndim - 1))
                return kept * x + (1 - kept) * noise
            """,
            loses="idea, gradients, shapes",
        ),
        Answer(
            "before-the-step",
            "leaves out the step t itself",
            """
            def add_noise(x, t, noise, beta):
                if ((t < 0) | (t >= len(beta))).any():
                    raise ValueError("no such step")
                kept = torch.cat([torch.ones(1, dtype=beta.dtype), (1 - beta).cumprod(0)])[t]
                kept = kept.view(-1, *[1] * (x.ndim - 1))
                return kept.sqrt() * x + (1 - kept).sqrt() * noise
            """,
            loses="idea, gradients, shapes",
        ),
        Answer(
            "two-dimensions-only",
            "does not think of images",
            """
            def add_noise(x, t, noise, beta):
                if ((t < 0) | (t >= len(beta))).any():
                    raise ValueError("no such step")
                kept = (1 - beta).cumprod(0)[t][:, None]
                return kept.sqrt() * x + (1 - kept).sqrt() * noise
            """,
            loses="shapes",
        ),
        Answer(
            "no-check",
            "counts a negative step from the end",
            """
            def add_noise(x, t, noise, beta):
                kept = (1 - beta).cumprod(0)[t].view(-1, *[1] * (x.ndim - 1))
                return kept.sqrt() * x + (1 - kept).sqrt() * noise
            """,
            loses="errors",
        ),
        Answer(
            "all-bad",
            "complains only where every step is out of the schedule",
            """
            def add_noise(x, t, noise, beta):
                if ((t < 0) | (t >= len(beta))).all():
                    raise ValueError("steps")
                kept = (1 - beta).cumprod(0)[t.clamp(0, len(beta) - 1)]
                kept = kept.view(-1, *[1] * (x.ndim - 1))
                return kept.sqrt() * x + (1 - kept).sqrt() * noise
            """,
            loses="errors",
        ),
        Answer(
            "detached-noise",
            "takes the noise for a constant",
            """
            def add_noise(x, t, noise, beta):
                if ((t < 0) | (t >= len(beta))).any():
                    raise ValueError("steps")
                kept = (1 - beta).cumprod(0)[t].view(-1, *[1] * (x.ndim - 1))
                return kept.sqrt() * x + (1 - kept).sqrt() * noise.detach()
            """,
            loses="gradients",
        ),
    ),
    right=(
        Answer(
            "logarithms",
            "a sum of logarithms",
            """
            def add_noise(x, t, noise, beta):
                if t.min() < 0 or t.max() >= len(beta):
                    raise ValueError("no such step")
                kept = torch.log1p(-beta).cumsum(0).exp()[t]
                shape = (len(x),) + (1,) * (x.ndim - 1)
                signal, spread = kept.sqrt().reshape(shape), (1 - kept).sqrt().reshape(shape)
                return signal * x + spread * noise
            """,
        ),
        Answer(
            "loop",
            "example by example",
            """
            def add_noise(x, t, noise, beta):
                made = []
                for one, last, fresh in zip(x, t.tolist(), noise):
                    if not 0 <= last < len(beta):
                        raise ValueError("no such step")
                    kept = torch.prod(1 - beta[: last + 1])
                    made.append(kept**0.5 * one + (1 - kept) ** 0.5 * fresh)
                return torch.stack(made)
            """,
        ),
    ),
)

READING = Question(
    "b8-reading",
    "b8-reading-idea-test",
    wrong=(
        Answer(
            "full-weight",
            "counts each wrong kind in full",
            """
            def reading_loss(W, x, made, codes):
                if len(x) < 2:
                    raise ValueError("no other code")
                right = (x @ W * codes).sum(1)
                fake = (made.detach() @ W * codes).sum(1)
                other = (x @ W * codes.roll(1, 0)).sum(1)
                return sum(F.softplus(v).mean() for v in (-right, fake, other))
            """,
            loses="idea, gradients, stability",
        ),
        Answer(
            "no-mismatch",
            "leaves out the codes of others",
            """
            def reading_loss(W, x, made, codes):
                if len(x) < 2:
                    raise ValueError("no other code")
                right = (x @ W * codes).sum(1)
                fake = (made.detach() @ W * codes).sum(1)
                other = (x @ W * codes.roll(1, 0)).sum(1)
                return F.softplus(-right).mean() + F.softplus(fake).mean()
            """,
            loses="idea, gradients, stability",
        ),
        Answer(
            "label-one",
            "takes real images with wrong codes for right",
            """
            def reading_loss(W, x, made, codes):
                if len(x) < 2:
                    raise ValueError("no other code")
                right = (x @ W * codes).sum(1)
                fake = (made.detach() @ W * codes).sum(1)
                other = (x @ W * codes.roll(1, 0)).sum(1)
                wrong = F.softplus(fake).mean() + F.softplus(-other).mean()
                return F.softplus(-right).mean() + wrong / 2
            """,
            loses="idea, gradients, stability",
        ),
        Answer(
            "made-with-others",
            "gives the codes of others to the made examples",
            """
            def reading_loss(W, x, made, codes):
                if len(x) < 2:
                    raise ValueError("no other code")
                right = (x @ W * codes).sum(1)
                fake = (made.detach() @ W * codes).sum(1)
                other = (made.detach() @ W * codes.roll(1, 0)).sum(1)
                wrong = F.softplus(fake).mean() + F.softplus(other).mean()
                return F.softplus(-right).mean() + wrong / 2
            """,
            loses="idea, gradients",
        ),
        Answer(
            "next-one",
            "takes the code of the example behind",
            """
            def reading_loss(W, x, made, codes):
                if len(x) < 2:
                    raise ValueError("no other code")
                right = (x @ W * codes).sum(1)
                fake = (made.detach() @ W * codes).sum(1)
                other = (x @ W * codes.roll(-1, 0)).sum(1)
                wrong = F.softplus(fake).mean() + F.softplus(other).mean()
                return F.softplus(-right).mean() + wrong / 2
            """,
            loses="idea, gradients",
        ),
        Answer(
            "not-detached",
            "lets the gradient flow into the made examples",
            """
            def reading_loss(W, x, made, codes):
                if len(x) < 2:
                    raise ValueError("no other code")
                right = (x @ W * codes).sum(1)
                fake = (made @ W * codes).sum(1)
                other = (x @ W * codes.roll(1, 0)).sum(1)
                wrong = F.softplus(fake).mean() + F.softplus(other).mean()
                return F.softplus(-right).mean() + wrong / 2
            """,
            loses="gradients",
        ),
        Answer(
            "unstable",
            "takes logarithms of sigmoids that have rounded to 0",
            """
            def reading_loss(W, x, made, codes):
                if len(x) < 2:
                    raise ValueError("no other code")
                right = (x @ W * codes).sum(1)
                fake = (made.detach() @ W * codes).sum(1)
                other = (x @ W * codes.roll(1, 0)).sum(1)
                wrong = ((1 - fake.sigmoid()).log() + (1 - other.sigmoid()).log()).mean()
                return -right.sigmoid().log().mean() - wrong / 2
            """,
            loses="stability",
        ),
        Answer(
            "no-check",
            "compares a single example with its own code",
            """
            def reading_loss(W, x, made, codes):
                right = (x @ W * codes).sum(1)
                fake = (made.detach() @ W * codes).sum(1)
                other = (x @ W * codes.roll(1, 0)).sum(1)
                wrong = F.softplus(fake).mean() + F.softplus(other).mean()
                return F.softplus(-right).mean() + wrong / 2
            """,
            loses="errors",
        ),
    ),
    right=(
        Answer(
            "einsum",
            "einsum and torch's binary cross-entropy",
            """
            def reading_loss(W, x, made, codes):
                N = len(x)
                if N == 1:
                    raise ValueError("no other code")
                before = codes[[(i - 1) % N for i in range(N)]]
                pairs = (x, codes, 1.0), (made.detach(), codes, 0.0), (x, before, 0.0)
                losses = []
                for examples, read, label in pairs:
                    logits = torch.einsum("nf,fk,nk->n", examples, W, read)
                    losses.append(F.binary_cross_entropy_with_logits(
                        logits, torch.full_like(logits, label)))
                return losses[0] + 0.5 * losses[1] + 0.5 * losses[2]
            """,
        ),
        Answer(
            "all-pairs",
            "a table of all examples with all codes",
            """
            def reading_loss(W, x, made, codes):
                if x.shape[0] < 2:
                    raise ValueError("a batch of one")
                table = x @ W @ codes.T  # (N, N)
                fitting, other = table.diagonal(), table.roll(-1, 0).diagonal()
                with torch.no_grad():
                    data = made.clone()
                fake = (data @ W @ codes.T).diagonal()
                wrong = torch.cat([fake, other])  # equally many of both
                return -F.logsigmoid(fitting).mean() - F.logsigmoid(-wrong).mean()
            """,
        ),
    ),
)

QUESTIONS = [*CONCEPTS, DIVERGENCE, VAE_LOSS, LOSSES, ROUND, DRAWS, NOVELTY, NOISE, READING]
