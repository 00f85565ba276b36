"""Everything that takes tensors takes those of a GPU, and computes what it computes on the CPU.

Where there is no GPU, `tests.stand_in` shows whether tensors of two devices would meet.
"""

import copy

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from dlcourse import datasets, metrics, models, runtime, seed_everything, transforms
from dlcourse.datasets import Pair

V, W, N, T, D = 9, 8, 3, 5, 4
tokens = torch.randint(1, V, (N, T), generator=torch.Generator().manual_seed(0))
targets = torch.randint(1, W, (N, T), generator=torch.Generator().manual_seed(1))
lengths = torch.tensor([5, 2, 3])
vectors, other, more = torch.randn(3, N, T, D, generator=torch.Generator().manual_seed(2))
image = torch.rand(N, 1, 28, 28, generator=torch.Generator().manual_seed(3))
square = torch.rand(N, 1, 16, 16, generator=torch.Generator().manual_seed(4))
scores = torch.randn(N, generator=torch.Generator().manual_seed(5))
counts = torch.randint(0, 9, (V, V), generator=torch.Generator().manual_seed(6)).float()
small = {"num_classes": 10, "in_channels": 1, "width": 0.125}
pixels = torch.rand(2, 1, 64, 64, generator=torch.Generator().manual_seed(7))
large = torch.rand(2, 1, 224, 224, generator=torch.Generator().manual_seed(8))


def lora() -> nn.Module:
    model = nn.Sequential()
    model.add_module("q_proj", nn.Linear(D, D))
    models.add_lora(model, ["q_proj"], rank=2)
    return model


# Networks, each with what it is called with; their parameters have gradients afterwards.
NETWORKS = {
    "AddNorm": (lambda: models.AddNorm(D), vectors, torch.tanh),
    "AdditiveAttention": (
        lambda: models.AdditiveAttention(D, D, 6), vectors, other, more, lengths,
    ),
    "AlexNet": (lambda: models.AlexNet(dropout=0.0, **small), large),
    "AttentionSeq2Seq": (lambda: models.AttentionSeq2Seq(V, W, D, 6), tokens, lengths, targets),
    "AveragedVectors": (lambda: models.AveragedVectors(V, D, 3), tokens),
    "BasicBlock": (lambda: models.BasicBlock(1, 2, stride=2), square),
    "BidirectionalClassifier": (lambda: models.BidirectionalClassifier(V, D, 6, 3), tokens),
    "CBOW": (lambda: models.CBOW(V, D), tokens, tokens[:, 0], tokens),
    "ConditionalDiscriminator": (lambda: models.ConditionalDiscriminator(V), square, tokens),
    "ConditionalGenerator": (lambda: models.ConditionalGenerator(V, D), vectors[:, 0], tokens),
    "DCDiscriminator": (models.DCDiscriminator, square),
    "DCGenerator": (lambda: models.DCGenerator(D), vectors[:, 0]),
    "DenseBlock": (lambda: models.DenseBlock(2, 1, 3), square),
    "DenseNet": (lambda: models.DenseNet(**small), pixels),
    "DotProductAttention": (models.DotProductAttention, vectors, other, more, lengths),
    "EncoderLayer": (lambda: models.EncoderLayer(D, 2, 6), vectors),
    "FeedForward": (lambda: models.FeedForward(D, 6), vectors),
    "GRUEncoder": (lambda: models.GRUEncoder(V, D, 6), tokens, lengths),
    "GoogLeNet": (lambda: models.GoogLeNet(dropout=0.0, **small), pixels),
    "Inception": (lambda: models.Inception(1, 2, 2, 2, 2, 2, 2), square),
    "LeNet": (models.LeNet, image),
    "LoRALinear": (lora, vectors),
    "MLP": (lambda: models.MLP([D, 6, 3]), vectors[:, 0]),
    "MultiHeadAttention": (lambda: models.MultiHeadAttention(D, 2), vectors, other, more),
    "NiN": (lambda: models.NiN(dropout=0.0, **small), large),
    "PositionalEncoding": (lambda: models.PositionalEncoding(D, kind="learned"), vectors),
    "PositionedEmbedding": (lambda: models.PositionedEmbedding(V, D), tokens),
    "RecurrentNet": (lambda: models.RecurrentNet(V, D, "lstm"), tokens, None, lengths),
    "ResNet": (lambda: models.ResNet(**small), pixels),
    "SentenceCode": (lambda: models.SentenceCode(V), tokens),
    "Seq2Seq": (lambda: models.Seq2Seq(V, W, D, 6), tokens, lengths, targets),
    "SkipGram": (lambda: models.SkipGram(V, D), tokens[:, 0], tokens[:, 1], tokens),
    "TextCNN": (lambda: models.TextCNN(V, D, 3), tokens),
    "Transformer": (lambda: models.Transformer(V, W, D, 2), tokens, lengths, targets),
    "TransformerLM": (lambda: models.TransformerLM(V, D, 2), tokens),
    "Transition": (lambda: models.Transition(1, 2), square),
    "VAE": (lambda: models.VAE(D, 6, size=16), square, vectors[:, 0]),
    "VGG": (lambda: models.VGG(dropout=0.0, **small), large),
    "densenet121": (lambda: models.densenet121(**small), pixels),
    "nin_block": (lambda: models.nin_block(1, 2, 3, 1, 1), square),
    "resnet18": (lambda: models.resnet18(**small), pixels),
    "vgg_block": (lambda: models.vgg_block(1, 1, 2), square),
}  # fmt: skip

PAIRS = [Pair("a b", "a b", ((t, s),)) for t, s in ((0, 1), (1, 0), (2, 2))]
diffusion = models.Diffusion(steps=6)
# Functions that draw no random numbers, with tensors to call them with.
FUNCTIONS = {
    "Diffusion": (diffusion.add_noise, square, lengths, square.flip(0)),
    "WordVectors": (lambda table: models.WordVectors("abcde", table[0]).nearest(table[0, 1]),
                    vectors),
    "alignment_accuracy": (
        lambda w: models.alignment_accuracy(w, PAIRS), vectors,
    ),
    "discriminator_loss": (models.discriminator_loss, scores, scores.flip(0)),
    "gaussian_kl": (models.gaussian_kl, vectors, other),
    "generator_loss": (models.generator_loss, scores),
    "glove_weight": (models.glove_weight, counts),
    "masked_softmax": (models.masked_softmax, vectors, lengths.clamp(max=D)),
    "matching_loss": (models.matching_loss, scores, scores.flip(0), scores * 2),
    "merge_lora": (lambda x: models.merge_lora(lora().to(x.device))(x) * 0, vectors),
    "noise_distribution": (models.noise_distribution, counts[0]),
    "padding_mask": (lambda x: models.padding_mask(x, T), lengths),
    "positive_pmi": (models.positive_pmi, counts),
    "reparameterize": (models.reparameterize, vectors, other, more),
    "accuracy": (metrics.accuracy, vectors[:, 0], lengths - 2),
    "confusion_matrix": (metrics.confusion_matrix, vectors[:, 0], lengths - 2),
    "coverage": (lambda real, made: metrics.coverage(real, made, k=2), counts, counts.flip(0)),
    "frechet_distance": (metrics.frechet_distance, counts, counts.flip(0)),
    "log_rmse": (metrics.log_rmse, scores.exp(), scores.flip(0).exp()),
    "mse": (metrics.mse, scores, scores.flip(0)),
    "perplexity": (metrics.perplexity, vectors[:, 0], lengths - 2),
    "subsample": (lambda x: datasets.subsample(x, 0.1, torch.Generator().manual_seed(0)),
                  tokens.flatten()),
    "context_pairs": (lambda x: datasets.context_pairs(x, x.clone(), 2), tokens.flatten()),
    "Normalize": (transforms.Normalize(0.1, 0.3), image),
    "Resize": (transforms.Resize(14), image),
    "RandomCrop": (lambda x: transforms.RandomCrop(28, 3)(x, torch.Generator().manual_seed(0)),
                   image),
    "RandomHorizontalFlip": (
        lambda x: transforms.RandomHorizontalFlip()(x, torch.Generator().manual_seed(0)), image,
    ),
    "RandomAffine": (
        lambda x: transforms.RandomAffine(20)(x, torch.Generator().manual_seed(0)), image,
    ),
    "affine": (
        lambda x, y: transforms.affine(x, y, torch.stack([y, y], 1), y.exp()), image, scores,
    ),
}  # fmt: skip
# Tested below, elsewhere, or as a part of another; and what takes no tensors.
ELSEWHERE = {
    "DecoderLayer", "add_lora", "beam_search", "factorize", "greedy_search", "initialize",
    "replace_head", "sample", "translate", "Compose", "Transform",
}  # fmt: skip
NO_TENSORS = {"causal_mask", "from_torchvision", "sinusoids", "takes_generator"}


def test_everything_is_in_one_of_the_tables():
    public = {*models.__all__, *metrics.__all__, *transforms.__all__}
    listed = [*NETWORKS, *FUNCTIONS, *ELSEWHERE, *NO_TENSORS]
    assert public - set(listed) == set()
    assert len(listed) == len(set(listed))


def moved(values, device):
    return [v.to(device) if isinstance(v, Tensor) else v for v in values]


def first(result) -> Tensor:
    while isinstance(result, tuple | list):
        result = result[0]
    return result


def assert_same(there: Tensor, here: Tensor) -> None:
    assert there.is_cuda
    torch.testing.assert_close(there.cpu(), here, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_on_a_gpu_gives_the_outputs_and_gradients_of_the_cpu(gpu, name):
    make, *inputs = NETWORKS[name]
    seed_everything(0)
    here = make()
    there = copy.deepcopy(here).to(gpu)
    out, twin = first(here(*inputs)), first(there(*moved(inputs, gpu)))
    assert_same(twin, out)
    trained = [p for p in here.parameters() if p.requires_grad]
    if not trained:
        return
    weights = torch.randn(out.shape, generator=torch.Generator().manual_seed(1))
    (out * weights).sum().backward()
    (twin * weights.to(gpu)).sum().backward()
    for parameter, copied in zip(here.parameters(), there.parameters(), strict=True):
        if parameter.grad is not None:
            scale = parameter.grad.abs().max().clamp(min=1)
            assert_same(copied.grad / scale.to(gpu), parameter.grad / scale)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_tensors_on_a_gpu_gives_what_it_gives_on_the_cpu(gpu, name):
    function, *inputs = FUNCTIONS[name]
    seed_everything(0)
    here = function(*inputs)
    seed_everything(0)
    there = function(*moved(inputs, gpu))
    if not isinstance(first(here), Tensor):
        assert there == here
        return
    assert_same(first(there), first(here))


READERS = [name for name, (_, *inputs) in NETWORKS.items() if any(x is tokens for x in inputs)]
READERS.remove("PositionedEmbedding")  # the networks that it is a part of look


@pytest.mark.parametrize("place", ["cpu", "gpu"])
@pytest.mark.parametrize("name", READERS)
def test_a_token_out_of_range_is_the_same_error_on_both(gpu, place, name):
    make, *inputs = NETWORKS[name]
    model, place = make(), gpu if place == "gpu" else "cpu"
    for tokens_wrong in (tokens + V, tokens - V):
        wrong = [tokens_wrong if x is tokens else x for x in inputs]
        if name == "CBOW" and tokens_wrong.min() < 0:  # there: no word
            continue
        with runtime.looking(), pytest.raises(ValueError, match=r"must lie in 0 … "):
            model.to(place)(*moved(wrong, place))


def test_what_draws_by_itself_draws_where_its_data_are(gpu):
    x = square.to(gpu)
    assert diffusion.loss(lambda noisy, t: noisy * t.view(-1, 1, 1, 1), x).is_cuda
    way = diffusion.sample(lambda noisy, t: noisy * t.view(-1, 1, 1, 1), x.shape, gpu)
    assert len(way) == 7
    assert all(part.is_cuda for part in way)
    assert first(models.VAE(D, 6, size=16).to(gpu)(x)).is_cuda
    assert models.reparameterize(x, x).is_cuda


def test_factors_of_a_matrix_on_a_gpu_leave_its_generator_alone(gpu):
    matrix = counts.to(gpu)
    seed_everything(3)
    before = torch.rand(2, device=gpu)
    seed_everything(3)
    vectors = models.factorize(matrix, 2)
    assert vectors.is_cuda
    assert torch.equal(torch.rand(2, device=gpu), before)


def test_parts_that_are_put_into_a_network_go_where_it_is(gpu):
    model = models.LeNet().to(gpu)
    assert models.replace_head(model, 3).weight.is_cuda
    models.initialize(model, nn.init.xavier_uniform_)
    assert model(image.to(gpu)).shape == (N, 3)
    writer = models.TransformerLM(V, D, 2).to(gpu)
    assert all(p.is_cuda for p in models.add_lora(writer, rank=2))
    assert writer(tokens.to(gpu)).is_cuda


# ---------------------------------------------------------------- the stand-in obeys these too


@pytest.mark.parametrize(
    "meet",
    [
        lambda there, here: there + here,
        lambda there, here: torch.stack([there, here]),
        lambda there, here: nn.functional.linear(there, here[None]),
        lambda there, here: nn.Linear(3, 2).to(there.device)(here),
        lambda there, here: here[there.long()],
        lambda there, here: torch.equal(there, here),
        lambda there, here: there.normal_(generator=torch.Generator()),
        lambda there, here: torch.rand(2, device=there.device, generator=torch.Generator()),
        lambda there, here: nn.Embedding(9, 2).to(there.device)(here.long()),
    ],
)
def test_tensors_of_two_devices_do_not_meet_on_a_gpu(gpu, meet):
    with pytest.raises(RuntimeError, match=r"[Ee]xpected all tensors|indices should|generator"):
        meet(torch.rand(3).to(gpu), torch.rand(3))


@pytest.mark.parametrize("look", [np.asarray, Tensor.numpy, lambda x: x.detach().numpy()])
def test_numpy_does_not_see_a_gpu(gpu, look):
    x = torch.rand(3, device=gpu)
    with pytest.raises(TypeError, match="can't convert cuda:0"):
        look(x)
    assert look(x.cpu()).shape == (3,)


def test_what_comes_of_a_tensor_on_a_gpu_is_there(gpu):
    x = torch.rand(2, 3).to(gpu).requires_grad_()
    here = torch.rand(3)
    views = x[0], x.T, x.detach(), x.view(-1), x.data
    made = x * 2, x + torch.tensor(1.0), torch.zeros_like(x), x.new_ones(2), x.to(torch.float64)
    x.square().sum().backward()
    for tensor in (*views, *made, x.grad, here.to(x), here.to(gpu, torch.float64), x[[0, 1]]):
        assert tensor.device == torch.device("cuda", 0)
        assert tensor.is_cuda
    here[:] = x[0].detach()
    here.copy_(x[0].detach())
    for tensor in (here, here * 2, x.cpu(), x.to("cpu"), x.detach().to(here)):
        assert tensor.device == torch.device("cpu")
        assert not tensor.is_cuda
    model = nn.GRU(3, 4, batch_first=True).to(gpu)
    packed = nn.utils.rnn.pack_padded_sequence(
        torch.rand(2, 5, 3, device=gpu), [5, 2], batch_first=True
    )
    out, ends = nn.utils.rnn.pad_packed_sequence(model(packed)[0], batch_first=True)
    assert out.is_cuda
    assert not ends.is_cuda
