"""Batch transforms: equal to torchvision's image by image, a draw of its own for each image."""

import math

import pytest
import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms.v2 import functional as tv

from dlcourse import transforms as T


def images(N=7, C=3, H=12, W=9, seed=0, dtype=torch.uint8):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randint(256, (N, C, H, W), dtype=torch.uint8, generator=generator)
    return x if dtype == torch.uint8 else x.to(dtype) / 255


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


ALL = [
    T.Normalize((0.3, 0.5, 0.1), (0.2, 0.9, 1.5)),
    T.Resize(5),
    T.Resize((17, 30)),
    T.RandomCrop(8, padding=2),
    T.RandomHorizontalFlip(),
    T.RandomAffine(20, translate=(0.2, 0.1), scale=(0.8, 1.3)),
    T.Compose([T.RandomCrop(8), T.RandomHorizontalFlip()]),
]


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.float64])
@pytest.mark.parametrize("t", ALL, ids=repr)
def test_any_transform_keeps_its_input_and_repeats_with_the_generator(t, dtype):
    x = images(dtype=dtype)
    before = x.clone()
    y, again = t(x, seeded(3)), t(x, seeded(3))
    assert torch.equal(x, before)
    assert torch.equal(y, again)
    assert y.shape[:2] == x.shape[:2]
    expected = torch.float32 if dtype == torch.uint8 and isinstance(t, T.Normalize) else dtype
    assert y.dtype == expected
    # Batches of one image, and batches whose memory is not in order, go through as well.
    assert t(x[:1], seeded()).shape == y[:1].shape
    turned = x.transpose(2, 3).contiguous().transpose(2, 3)
    torch.testing.assert_close(t(turned, seeded(3)), y)


@pytest.mark.parametrize("t", ALL[3:6], ids=repr)
def test_a_generator_must_be_one(t):
    with pytest.raises(TypeError, match=f"{type(t).__name__}: the generator must be"):
        t(images(), 3)


@pytest.mark.parametrize("t", ALL[3:], ids=repr)
def test_without_a_generator_the_draws_follow_torch_manual_seed(t):
    x = images(N=40)
    torch.manual_seed(5)
    y, other = t(x), t(x)
    torch.manual_seed(5)
    assert torch.equal(t(x), y)
    assert not torch.equal(other, y)


@pytest.mark.parametrize("C", [1, 3])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.float64])
def test_normalize_equals_torchvision(C, dtype):
    x = images(C=C, dtype=dtype)
    mean, std = [0.3, 0.5, 0.1][:C], [0.2, 0.9, 1.5][:C]
    unit = x.float() / 255 if dtype == torch.uint8 else x
    y = T.Normalize(mean, std)(x)
    torch.testing.assert_close(y, tv.normalize(unit, mean, std), rtol=1e-5, atol=1e-6)


def test_normalize_takes_single_numbers_and_tensors():
    x = images(C=1)
    y = T.Normalize(0.5, 0.25)(x)
    assert torch.equal(y, T.Normalize(torch.tensor([0.5]), torch.tensor([0.25]))(x))
    assert y.min() >= -2
    assert y.max() <= 2


@pytest.mark.parametrize("size", [28, 96, 7, 64, (40, 13), (3, 90), 2])
@pytest.mark.parametrize(("H", "W"), [(28, 28), (28, 17), (70, 90)])
def test_resize_equals_torchvision(size, H, W):
    for C in (1, 3):
        x = images(N=4, C=C, H=H, W=W)
        peer = tv.resize(x, size if isinstance(size, tuple) else [size], antialias=True)
        y = T.Resize(size)(x)
        assert y.shape == peer.shape
        assert (y.int() - peer.int()).abs().max() <= 1  # the last bit of rounding
        f = images(N=4, C=C, H=H, W=W, dtype=torch.float32)
        peer = tv.resize(f, size if isinstance(size, tuple) else [size], antialias=True)
        torch.testing.assert_close(T.Resize(size)(f), peer, rtol=1e-5, atol=1e-5)


def test_resize_and_normalize_may_change_places():
    x = images(N=4, C=1, H=28, W=28)
    normalize, resize = T.Normalize(0.3, 0.4), T.Resize(50)
    first = T.Compose([normalize, resize])(x)
    last = T.Compose([resize, normalize])(x)
    assert (first - last).abs().max() <= 1.01 / 255 / 0.4  # rounded to whole levels, per axis


def test_random_crop_cuts_windows_at_uniform_places_of_its_own_for_each_image():
    # A pixel's value tells its place, so a crop tells where it was cut.
    x = (torch.arange(1, 31).view(1, 1, 5, 6)).to(torch.uint8).repeat(2000, 2, 1, 1)
    y = T.RandomCrop((4, 3), padding=1)(x, seeded())
    assert y.shape == (2000, 2, 4, 3)
    padded = torch.nn.functional.pad(x[0], (1, 1, 1, 1))
    counts = {}
    for window in y:
        matches = [
            (r, c)
            for r in range(4)
            for c in range(6)
            if torch.equal(window, padded[:, r : r + 4, c : c + 3])
        ]
        assert len(matches) == 1
        counts[matches[0]] = counts.get(matches[0], 0) + 1
    assert len(counts) == 24
    expected = 2000 / 24
    assert sum((n - expected) ** 2 / expected for n in counts.values()) < 60  # chi2, 23 df, p 4e-5


def test_random_crop_of_the_whole_image_changes_nothing():
    x = images()
    assert torch.equal(T.RandomCrop((12, 9))(x), x)


def test_random_horizontal_flip():
    x = images(N=4000, H=2, W=3)
    assert torch.equal(T.RandomHorizontalFlip(1.0)(x), x.flip(-1))
    assert torch.equal(T.RandomHorizontalFlip(0.0)(x), x)
    y = T.RandomHorizontalFlip(0.25)(x, seeded())
    flipped = (y == x.flip(-1)).flatten(1).all(1)
    kept = (y == x).flatten(1).all(1)
    assert (flipped | kept).all()
    assert 0.22 < flipped.float().mean() < 0.28


@pytest.mark.parametrize(("H", "W"), [(28, 28), (12, 19)])
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_affine_equals_torchvision_image_by_image(H, W, dtype):
    x = images(N=6, C=2, H=H, W=W, dtype=dtype)
    angle = torch.tensor([0.0, 90, -33, 12, 180, 0])
    shift = torch.tensor([[0, 0], [0, 0], [2, -1], [0, 5], [-3, 0], [1, 1]])
    scale = torch.tensor([1.0, 1, 1.4, 0.7, 1, 0.5])
    y = T.affine(x, angle, shift, scale)
    for n in range(6):
        peer = tv.affine(
            x[n],
            angle=angle[n].item(),
            translate=shift[n].tolist(),
            scale=scale[n].item(),
            shear=[0.0, 0.0],
            interpolation=InterpolationMode.BILINEAR,
        )
        gap = (y[n].float() - peer.float()).abs().max()
        assert gap <= (1 if dtype == torch.uint8 else 1e-3), n
    torch.testing.assert_close(y[0], x[0], rtol=0, atol=1e-5)  # the identity


def test_affine_by_whole_pixels_moves_pixels():
    x = images(N=1, C=1, H=6, W=8)
    one = torch.ones(1)
    y = T.affine(x, 0 * one, torch.tensor([[2.0, 1.0]]), one)
    assert torch.equal(y[..., 1:, 2:], x[..., :-1, :-2])
    assert not y[..., 0, :].any()
    assert not y[..., :2].any()


def test_random_affine_draws_within_its_limits_for_each_image():
    N, S = 500, 41
    x = torch.zeros(N, 1, S, S)
    x[:, :, 20, 30] = 1  # a dot, 10 pixels right of the center
    pixels = torch.arange(S) - 20.0

    def dots(t):
        y = t(x, seeded())
        mass = y.sum((1, 2, 3))
        return (y.sum(2).squeeze(1) @ pixels / mass), (y.sum(3).squeeze(1) @ pixels / mass)

    right, down = dots(T.RandomAffine(0, translate=(0.1, 0.2)))
    assert_fills(right, 10 - 4.1, 10 + 4.1)
    assert_fills(down, -8.2, 8.2)

    right, down = dots(T.RandomAffine(30))
    assert_fills(torch.rad2deg(torch.atan2(down, right)), -30, 30)
    right, down = dots(T.RandomAffine((10, 20)))
    assert_fills(torch.rad2deg(torch.atan2(down, right)), 10, 20)

    right, _ = dots(T.RandomAffine(0, scale=(0.5, 1.5)))
    assert_fills(right, 5, 15)


def assert_fills(values, low, high):
    """The values reach both ends of the interval and do not leave it, up to interpolation."""
    slack = 0.1 * (high - low)
    assert low - 0.5 <= values.min() <= low + slack
    assert high - slack <= values.max() <= high + 0.5


def test_compose_hands_the_generator_to_its_own_kind_only():
    class Recorder(T.Transform):
        def _apply(self, x, generator):
            self.seen = generator
            return x

    ours, seen = Recorder(), []

    def plain(x):  # takes one argument only, like a transform of torchvision
        seen.append(x.shape)
        return x

    generator = seeded()
    x = images()
    T.Compose([T.Compose([ours]), plain])(x, generator)
    assert ours.seen is generator
    assert seen == [x.shape]


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: T.Normalize((0.5, 0.5), (1.0,)), ValueError, "one mean and one std per channel"),
        (lambda: T.Normalize((), ()), ValueError, "one mean and one std"),
        (lambda: T.Normalize((0.5,), (0.0,)), ValueError, "> 0"),
        (lambda: T.Normalize((math.nan,), (1.0,)), ValueError, "finite"),
        (lambda: T.Normalize((0.5,), (math.inf,)), ValueError, "> 0"),
        (lambda: T.Resize(0), ValueError, "at least 1 pixel"),
        (lambda: T.Resize((4, -1)), ValueError, "at least 1 pixel"),
        (lambda: T.Resize(2.5), TypeError, "an int or a pair"),
        (lambda: T.Resize((1, 2, 3)), TypeError, "an int or a pair"),
        (lambda: T.Resize("96"), TypeError, "an int or a pair"),
        (lambda: T.RandomCrop(0), ValueError, "at least 1 pixel"),
        (lambda: T.RandomCrop(4, padding=-1), ValueError, "padding of 0 or more"),
        (lambda: T.RandomCrop(4, padding=0.5), ValueError, "padding of 0 or more"),
        (lambda: T.RandomHorizontalFlip(1.5), ValueError, r"p in \[0, 1\]"),
        (lambda: T.RandomHorizontalFlip(math.nan), ValueError, r"p in \[0, 1\]"),
        (lambda: T.RandomAffine(-5), ValueError, "degrees"),
        (lambda: T.RandomAffine((5, -5)), ValueError, "degrees"),
        (lambda: T.RandomAffine(math.nan), ValueError, "degrees"),
        (lambda: T.RandomAffine(0, scale=(0, 1)), ValueError, "> 0"),
        (lambda: T.RandomAffine(0, scale=(1, 2, 3)), ValueError, "scale"),
        (lambda: T.RandomAffine(0, translate=(2, 0)), ValueError, "fractions"),
        (lambda: T.RandomAffine(0, translate=(0.1,)), ValueError, "fractions"),
        (lambda: T.Compose([3]), TypeError, "callables"),
        (lambda: T.RandomCrop(20)(images()), ValueError, "cannot cut 20x20 pixels out of 12x9"),
        (lambda: T.Normalize(0.5, 1.0)(images()), ValueError, "1 channel.*images have 3"),
        (lambda: T.Resize(4)(images()[0]), ValueError, r"\(N, C, H, W\)"),
        (lambda: T.Resize(4)(images().int()), TypeError, "uint8 or floating-point"),
        (lambda: T.Resize(4)(images().numpy()), TypeError, "takes a tensor"),
    ],
)
def test_bad_input_is_named(make, error, words):
    with pytest.raises(error, match=words):
        make()
