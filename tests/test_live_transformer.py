"""The live Transformer computes as torch does, with everything on and with parts switched off."""

import pytest
import torch

from dlcourse import models
from tests.live import compare, figures, solved

NAME = "transformer-heads"


@pytest.fixture(scope="module")
def page(browser):
    with figures(browser, viewport={"width": 390, "height": 844}) as figure:
        page, page.figure = figure("transformer", NAME)
        yield page


def looked_at(model, source, lengths, target):
    """Weights of the first layer's three attentions."""
    encoder, decoder = model.encoder[0], model.decoder[0]
    real, memory, _ = model.encode(source, lengths)
    real = real[:, None, None]
    x, y = model.source_embedding(source), model.target_embedding(target)
    z = encoder.add_norm1.norm(x)
    found = {"encoder": encoder.attention(z, z, z, real, True)[1][0]}
    z = decoder.add_norm1.norm(y)
    answer, weights = decoder.self_attention(z, z, z, models.causal_mask(target.shape[1]), True)
    found["decoder"] = weights[0]
    z = decoder.add_norm2.norm(y + answer)
    found["cross"] = decoder.cross_attention.attend(z, memory[0], real, True)[1][0]
    return found


@pytest.mark.parametrize("positions", [True, False])
def test_it_computes_as_torch(page, positions):
    torch.manual_seed(int(positions))
    model = models.Transformer(
        11, 13, embed_dim=8, num_heads=2, dim_feedforward=16, num_layers=2,
        positions="sinusoidal" if positions else None,
    ).eval()  # fmt: skip
    source, target = torch.tensor([[5, 7, 9, 4, 0, 0]]), torch.tensor([[1, 6, 8]])
    lengths = torch.tensor([4])
    with torch.no_grad():
        scores = model(source, lengths, target)[0].T
        expected = {"scores": scores, "tokens": scores.argmax(dim=1)}
        expected |= looked_at(model, source, lengths, target)
    inputs = {
        "net": dict(model.state_dict()), "heads": 2, "ids": source[0], "forced": target[0],
        "positions": models.sinusoids(6, 8) if positions else None, "pad": 0, "begin": 1, "end": 2,
        "most": 9, "causal": True, "padding": True,
    }  # fmt: skip
    compare(
        page, NAME, {key: value for key, value in inputs.items() if value is not None}, expected
    )


def test_it_writes_what_greedy_search_writes(page):
    torch.manual_seed(3)
    model = models.Transformer(11, 13, embed_dim=8, num_heads=2, dim_feedforward=16).eval()
    source, lengths = torch.tensor([[5, 7, 9, 4, 0]]), torch.tensor([4])
    tokens, state = [], None
    with torch.no_grad():
        state, token = model.encode(source, lengths), torch.tensor([1])
        while len(tokens) < 7 and tokens[-1:] != [2]:
            scores, state = model.decode_step(token, state)
            token = scores.argmax(dim=1)
            tokens.append(token.item())
    found = page.evaluate(
        "([name, inputs]) => dlcourse.live.compute[name](inputs).tokens",
        [NAME, {
            "net": {key: value.tolist() for key, value in model.state_dict().items()}, "heads": 2,
            "ids": source[0].tolist(), "positions": models.sinusoids(12, 8).tolist(), "pad": 0,
            "begin": 1, "end": 2, "most": 7, "causal": True, "padding": True,
        }],
    )  # fmt: skip
    assert found == tokens


def test_tasks_are_solved(page):
    figure, choice = page.figure, page.figure.get_by_label("A sentence")
    tasks = figure.locator(".live-task")
    figure.get_by_label("Padding mask").focus()
    page.keyboard.press("Space")
    for number in range(8):
        choice.select_option(str(number))
        page.wait_for_timeout(120)
        if "is-solved" in tasks.nth(0).get_attribute("class"):
            break
    solved(page, figure, 0)
    figure.get_by_label("Padding mask").focus()
    page.keyboard.press("Space")
    figure.get_by_label("Positions").focus()
    page.keyboard.press("Space")
    text = figure.get_by_label("Or your own")
    words = text.input_value().rstrip(".?!").split()
    for i in range(1, len(words)):
        text.fill(" ".join(words))
        page.wait_for_timeout(120)
        others = words[:]
        others[i], others[i - 1] = others[i - 1], others[i]
        text.fill(" ".join(others))
        page.wait_for_timeout(120)
        if "is-solved" in tasks.nth(1).get_attribute("class"):
            break
    solved(page, figure, 1)


def test_strange_words_and_long_texts_are_said(page):
    page.figure.get_by_label("Or your own").fill("zep " * 20)
    page.wait_for_function(
        f"document.querySelector('.dlcourse-live[data-name={NAME}]').innerText.includes"
        "('It does not know: zep')"
    )
    assert "It reads only the first 10." in page.figure.inner_text()
