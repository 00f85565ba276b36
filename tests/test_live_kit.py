"""The kit of live figures computes as torch does, and gets from a page what the page was given."""

import json

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from dlcourse import plotting
from dlcourse.plotting.live import encode
from tests.live import assert_same, live_pages


@pytest.fixture(scope="module")
def kit(browser):
    with live_pages(browser) as opened:
        yield opened()


@pytest.fixture
def draw():
    generator = torch.Generator().manual_seed(0)
    return lambda *shape: torch.randn(*shape, generator=generator)


def run(kit, code, **inputs):
    """The value of an expression over T, the tensor functions, and the inputs as tensors."""
    encoded = {name: encode(value, name) for name, value in inputs.items()}
    names = ", ".join(inputs)
    out = kit.evaluate(
        f"""inputs => {{
            const T = dlcourse.tensor;
            const {{ {names} }} = T.decode(inputs);
            const show = v => v && v.data ? T.toNested(v)
                : v && typeof v === "object" && !Array.isArray(v)
                ? Object.fromEntries(Object.entries(v).map(([k, e]) => [k, show(e)])) : v;
            return show({code});
        }}""",
        encoded,
    )
    return json.loads(json.dumps(out))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.int64,
                                   torch.uint8, torch.bool])  # fmt: skip
def test_arrays_come_as_they_went(kit, draw, dtype):
    x = (draw(3, 4) * 20).abs().to(dtype)
    assert_same(run(kit, "x", x=x), x, rel=1e-7)


def test_half_precision_at_its_ends(kit):
    x = torch.tensor([6e-8, 6.1e-5, 1.0, -65504.0, 0.0], dtype=torch.float16)
    assert run(kit, "x", x=x) == x.tolist()


@pytest.mark.parametrize("shape", [(3, 4), (1, 1), (5, 2, 3)])
def test_eight_bits(kit, draw, shape):
    x = draw(*shape)
    x[-1] *= 1e-3  # each row has a scale of its own
    rounded = plotting.eight_bits(x)
    assert_same(run(kit, "x", x=rounded), rounded.float(), rel=1e-7)
    error = (rounded.float() - x).abs().flatten(1).amax(dim=1)
    assert (error <= x.abs().flatten(1).amax(dim=1) / 254 * 1.0001).all()


def test_eight_bits_of_nothing_but_zeros(kit):
    assert run(kit, "x", x=plotting.eight_bits(torch.zeros(2, 3))) == [[0] * 3] * 2


@pytest.mark.parametrize(
    "x", [torch.zeros(3), torch.zeros(0, 3), torch.ones(2, 2).int(), torch.full((2, 2), torch.nan)]
)
def test_eight_bits_refuse_what_has_no_rows_of_numbers(x):
    with pytest.raises(ValueError, match=r"plotting\.eight_bits"):
        plotting.eight_bits(x)


@pytest.mark.parametrize(
    "options", [{}, {"stride": 2, "padding": 1}, {"dilation": 2, "padding": 3}]
)
def test_conv2d(kit, draw, options):
    x, w, b = draw(2, 3, 9, 8), draw(4, 3, 3, 2), draw(4)
    found = run(kit, "T.conv2d(x, w, b, o)", x=x, w=w, b=b, o=options)
    assert_same(found, F.conv2d(x, w, b, **options))


def test_pooling(kit, draw):
    x = draw(2, 3, 9, 8)
    assert_same(run(kit, "T.maxPool2d(x, 2)", x=x), F.max_pool2d(x, 2))
    assert_same(run(kit, "T.avgPool2d(x, 3, 2)", x=x), F.avg_pool2d(x, 3, 2))


@pytest.mark.parametrize(("code", "function"), [
    ("T.relu(x)", torch.relu), ("T.tanh(x)", torch.tanh), ("T.sigmoid(x)", torch.sigmoid),
    ("T.softmax(x)", lambda x: x.softmax(-1)), ("T.transpose(x)", lambda x: x.mT),
    ("T.norm(x)", torch.linalg.vector_norm), ("T.mean(x)", torch.mean),
    ("T.argmax(x)", torch.argmax), ("T.layerNorm(x)", lambda x: F.layer_norm(x, x.shape[-1:])),
    ("T.mergeHeads(x)", lambda x: x.transpose(0, 1).flatten(1)),
    ("T.splitHeads(T.mergeHeads(x), 2)", lambda x: x),
])  # fmt: skip
def test_functions_of_one_tensor(kit, draw, code, function):
    x = 3 * draw(2, 3, 4)
    assert_same(run(kit, code, x=x), function(x))


def test_large_numbers_do_not_break_softmax(kit):
    x = torch.tensor([[1000.0, 1001.0]])
    assert_same(run(kit, "T.softmax(x)", x=x), x.softmax(-1))


def test_products(kit, draw):
    a, b, c = draw(2, 3, 4), draw(4, 5), draw(2, 4, 5)
    assert_same(run(kit, "T.matmul(a, b)", a=a, b=b), a @ b)
    assert_same(run(kit, "T.matmul(a, c)", a=a, c=c), a @ c)
    linear = nn.Linear(4, 6)
    found = run(kit, "T.linear(a, p.weight, p.bias)", a=a, p=linear)
    assert_same(found, linear(a))
    with pytest.raises(Exception, match=r"\[2,3,4\] times \[3,3\]"):
        run(kit, "T.matmul(a, b)", a=a, b=draw(3, 3))


def test_embedding(kit):
    layer = nn.Embedding(5, 3)
    found = run(kit, "T.embedding(p.weight, ids)", p=layer, ids=[4, 0, 4])
    assert_same(found, layer(torch.tensor([4, 0, 4])))


def test_layer_norm_with_weights(kit, draw):
    x, w, b = draw(2, 5), draw(5), draw(5)
    found = run(kit, "T.layerNorm(x, w, b)", x=x, w=w, b=b)
    assert_same(found, F.layer_norm(x, (5,), w, b))


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 5, 2)])
def test_batch_norm_in_training_and_evaluation(kit, draw, shape):
    x, w, b = draw(*shape) * 2 + 1, draw(3), draw(3)
    found = run(kit, "T.batchNorm(x, w, b)", x=x, w=w, b=b)
    assert_same(found, F.batch_norm(x, None, None, w, b, training=True))
    mean, variance = draw(3), draw(3).abs()
    code = "T.batchNorm(x, w, b, mean, variance)"
    found = run(kit, code, x=x, w=w, b=b, mean=mean, variance=variance)
    assert_same(found, F.batch_norm(x, mean, variance, w, b))


def test_recurrent_steps(kit, draw):
    x, h, c = draw(2, 3), draw(2, 4), draw(2, 4)
    gru, lstm = nn.GRUCell(3, 4), nn.LSTMCell(3, 4)
    assert_same(run(kit, "T.gruStep(x, h, p)", x=x, h=h, p=gru)["h"], gru(x, h))
    after = lstm(x, (h, c))
    found = run(kit, "T.lstmStep(x, {h: h, c: c}, p)", x=x, h=h, c=c, p=lstm)
    assert_same([found["h"], found["c"]], after)


def test_attention(kit, draw):
    q, k, v = draw(2, 3, 4), draw(2, 5, 4), draw(2, 5, 6)
    mask = torch.ones(3, 5).tril(1).bool()
    found = run(kit, "T.attention(q, k, v, mask)", q=q, k=k, v=v, mask=mask)
    expected = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    assert_same(found["output"], expected)
    assert_same(torch.tensor(found["weights"]).sum(-1).tolist(), torch.ones(2, 3))


def test_random_numbers_come_again(kit):
    code = "(r => Array.from({length: 4000}, () => r.normal()))(T.random(3))"
    drawn = run(kit, code)
    assert run(kit, code) == drawn
    numbers = torch.tensor(drawn)
    assert abs(numbers.mean()) < 0.06
    assert abs(numbers.std() - 1) < 0.04


STILL = plotting.heat_maps({"k": torch.eye(2)}, xlabel="x", ylabel="y", alt="Says it.")


def test_a_page_gets_name_data_and_still():
    figure = plotting.live("some-figure", still=STILL, x=torch.zeros(2), lr=0.1, names=["a", "b"])
    data, metadata = figure._repr_mimebundle_()
    assert data["text/plain"] == "Says it."
    about = metadata["image/svg+xml"]
    assert about["live"]["name"] == "some-figure"
    assert about["live"]["data"]["lr"] == 0.1
    assert about["live"]["data"]["x"]["shape"] == [2]
    assert "live" not in STILL._repr_mimebundle_()[1]["image/svg+xml"]


@pytest.mark.parametrize(("data", "message"), [
    ({"w": torch.zeros(200_000)}, r"takes 1,066,\d+ bytes .*'w' is the largest"),
    ({"w": torch.tensor([1.0, float("nan")])}, "'w' has values that are not finite"),
    ({"w": float("inf")}, "'w' holds inf"),
])  # fmt: skip
def test_what_no_page_should_hold_is_refused(data, message):
    with pytest.raises(ValueError, match=message):
        plotting.live("some-figure", still=STILL, **data)


def test_other_objects_are_refused_by_name():
    with pytest.raises(TypeError, match="'w' is function; pass tensors"):
        plotting.live("some-figure", still=STILL, w=lambda: 0)
    with pytest.raises(TypeError, match="still must be a figure or drawing"):
        plotting.live("some-figure", still="a.png")
    with pytest.raises(ValueError, match="small letters, digits and hyphens"):
        plotting.live("Some Figure", still=STILL)
