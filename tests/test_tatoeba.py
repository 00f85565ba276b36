"""The Tatoeba pairs: read from small files, and measured where the whole set is at hand."""

import gzip

import pytest

from dlcourse import datasets
from dlcourse.datasets import Pair, PooledLoader, TranslationDataset, tatoeba_pairs

TEXT = "Go.\tVa !\nHi.\tSalut !\tCC-BY 2.0 (France) Attribution: …\n\nRun away!\tCours vite !\n"


@pytest.mark.parametrize("name", ["fra-eng/fra.txt", "fra-eng/fra.txt.gz", "fra.txt", "fra.txt.gz"])
def test_pairs_are_read(name, tmp_path, monkeypatch):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    data = TEXT.encode()
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    wanted = [Pair("Go.", "Va !"), Pair("Hi.", "Salut !"), Pair("Run away!", "Cours vite !")]
    assert tatoeba_pairs(tmp_path) == wanted
    assert tatoeba_pairs(tmp_path, max_tokens=2) == wanted[:2]
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    assert datasets.load("tatoeba_pairs", max_tokens=2) == wanted[:2]
    assert datasets.available()["tatoeba_pairs"].at_hand


@pytest.mark.parametrize("name", ["fra.txt", "fra.txt.gz"])
def test_a_byte_order_mark_is_no_part_of_the_first_sentence(name, tmp_path):
    data = TEXT.encode("utf-8-sig")
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    assert tatoeba_pairs(tmp_path)[0] == Pair("Go.", "Va !")


def test_what_is_wrong_with_a_file_is_said(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match=r"phrasebook\(\) needs no file"):
        tatoeba_pairs(tmp_path)
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path))
    assert "phrasebook serves without" in datasets.available()["tatoeba_pairs"].detail
    assert len(datasets.load("phrasebook", size=3)) == 3
    path = tmp_path / "fra.txt"
    for line in ("Go. Va !", "Go.\t ", "\tVa !", "a\tb\tc\td"):
        path.write_text(f"Hi.\tSalut !\n{line}\n", encoding="utf-8")
        with pytest.raises(ValueError, match=r"fra.txt, line 2: expected English, a tab and"):
            tatoeba_pairs(tmp_path)
    path.write_bytes("Hi.\tÉté".encode("latin-1"))
    with pytest.raises(ValueError, match="is not UTF-8 text"):
        tatoeba_pairs(tmp_path)
    path.write_text("\n")
    with pytest.raises(ValueError, match=r"fra.txt has no pair\."):
        tatoeba_pairs(tmp_path)
    path.write_text("Hi there.\tSalut !")
    with pytest.raises(ValueError, match="has no pair of at most 2 tokens"):
        tatoeba_pairs(tmp_path, max_tokens=2)
    path.unlink()
    (tmp_path / "fra.txt.gz").write_bytes(gzip.compress(TEXT.encode())[:-9])
    with pytest.raises(ValueError, match=r"fra.txt.gz is damaged"):
        tatoeba_pairs(tmp_path)


def test_the_whole_set_in_batches_has_little_padding():
    if not datasets.available()["tatoeba_pairs"].at_hand:
        pytest.skip("the Tatoeba pairs are not in DLCOURSE_DATA")
    pairs = tatoeba_pairs()
    assert len(pairs) > 100_000
    for pair in pairs[::50]:
        for text in pair[:2]:
            tokens = datasets.tokenize(text)
            assert datasets.tokenize(datasets.detokenize(tokens)) == tokens
    padded = real = 0
    for (source, lengths, target), labels in PooledLoader(TranslationDataset(pairs), 128):
        padded += source.numel() + target.numel()
        real += int(lengths.sum() + (labels != -100).sum())
    assert padded / real <= 1.15
