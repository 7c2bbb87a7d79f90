"""The Hugging Face backend on tiny models with random weights, made here: nothing is fetched."""

from pathlib import Path
from typing import Any

import pytest

from summarizer.backends import load
from summarizer.exceptions import BackendError, ModelMissing
from summarizer.pipeline import draft_note
from tests.conftest import ASSETS
from tests.summarizer.visits import context, knee

pytestmark = [pytest.mark.torch, pytest.mark.model]


def make_tokenizer(folder: Path) -> int:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = [*"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;/%-()'"]
    words = {token: i for i, token in enumerate(["<pad>", "<eos>", "<unk>", *letters])}
    core = Tokenizer(models.WordLevel(words, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>"
    )
    tokenizer.model_max_length = 256
    tokenizer.save_pretrained(str(folder))
    return len(words)


@pytest.fixture(scope="module")
def causal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    folder = tmp_path_factory.mktemp("tiny-gpt2")
    size = make_tokenizer(folder)
    torch.manual_seed(0)
    config = GPT2Config(
        vocab_size=size, n_positions=512, n_embd=16, n_layer=1, n_head=2, bos_token_id=1,
        eos_token_id=1,
    )  # fmt: skip
    GPT2LMHeadModel(config).save_pretrained(str(folder))
    return folder


@pytest.fixture(scope="module")
def seq2seq(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import T5Config, T5ForConditionalGeneration

    folder = tmp_path_factory.mktemp("tiny-t5")
    size = make_tokenizer(folder)
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=size, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
    )  # fmt: skip
    T5ForConditionalGeneration(config).save_pretrained(str(folder))
    return folder


def options(folder: Path, **more: Any) -> dict[str, Any]:
    return {
        "assets": str(ASSETS),
        "model": str(folder),
        "max_new_tokens": 12,
        "device": "cpu",
        **more,
    }


@pytest.mark.parametrize("kind", ["causal", "seq2seq"])
def test_a_random_model_adds_nothing_to_the_note(kind: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(kind)
    backend = load("huggingface", options(folder))
    plain = draft_note(knee(), context(), backend=load("claims", {"assets": str(ASSETS)}))
    draft = draft_note(knee(), context(), backend=backend)
    assert draft.sections == plain.sections
    assert draft.engine.backend == "huggingface"
    assert draft.engine.model == folder.name
    assert len(draft.engine.weights_sha256) == 64


def test_a_folder_without_a_model_says_what_is_missing(tmp_path: Path) -> None:
    backend = load("huggingface", options(tmp_path))
    with pytest.raises(ModelMissing) as caught:
        draft_note(knee(), context(), backend=backend)
    assert caught.value.code == "model-missing"


def test_an_unknown_kind_is_refused(causal: Path) -> None:
    with pytest.raises(BackendError) as caught:
        load("huggingface", options(causal, kind="diffusion"))
    assert caught.value.code == "bad-options"
