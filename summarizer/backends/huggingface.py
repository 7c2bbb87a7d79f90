"""Drafting with any Hugging Face causal or seq2seq model (transformers on PyTorch).

The model words the sections; claims, evidence and checks are those of the default backend. Nothing
is fetched: ``model`` is a folder, or a name that is already in the local cache.
"""

import hashlib
import importlib.util
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from summarizer.backends.base import WriteRequest
from summarizer.backends.claims import ClaimsBackend
from summarizer.backends.prompts import PROMPT_VERSION, SYSTEM, facts, sentences
from summarizer.exceptions import BackendError, ModelMissing
from summarizer.steps.templates import TEMPLATE_VERSION
from summarizer.types import EngineIdentity

_WEIGHTS = ("*.safetensors", "*.bin", "*.gguf")


class HuggingFaceBackend(ClaimsBackend):
    """Options: model (folder or cached name, required), device (cpu, cuda, auto), max_new_tokens,
    kind (causal, seq2seq, auto), dtype, and those of the claims backend for the encoder."""

    name = "huggingface"

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        self.model_name = str(options.get("model") or "")
        if not self.model_name:
            raise BackendError(
                "the huggingface backend needs the option `model`: a folder with a model, or the "
                "name of one in the local cache",
                code="bad-options",
            )
        if importlib.util.find_spec("torch") is None:
            raise BackendError(
                "the huggingface backend needs PyTorch: pip install 'plume[torch]', see "
                "docs/operations.md",
                code="runtime-missing",
            )
        self.device = str(options.get("device") or "auto")
        self.kind = str(options.get("kind") or "auto")
        self.dtype = str(options.get("dtype") or "auto")
        self.max_new_tokens = int(options.get("max_new_tokens") or 512)
        if self.kind not in {"auto", "causal", "seq2seq"}:
            raise BackendError("`kind` is causal, seq2seq or auto", code="bad-options")

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity(
            backend=self.name,
            model=Path(self.model_name).name if Path(self.model_name).exists() else self.model_name,
            model_version=f"prompt-{PROMPT_VERSION}",
            weights_sha256=self._weights_sha256,
            template_version=TEMPLATE_VERSION,
        )

    @cached_property
    def _weights_sha256(self) -> str:
        """One hash over a local folder's weight files, in name order; empty for a cached name."""
        folder = Path(self.model_name)
        if not folder.is_dir():
            return ""
        digest = hashlib.sha256()
        for path in sorted({p for pattern in _WEIGHTS for p in folder.glob(pattern)}):
            with path.open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        return digest.hexdigest()

    @cached_property
    def _loaded(self) -> tuple[Any, Any, bool, str]:
        import torch
        from transformers import (
            AutoConfig,
            AutoModelForCausalLM,
            AutoModelForSeq2SeqLM,
            AutoTokenizer,
        )

        device = self.device
        if device == "auto":
            device = "cuda" if torch.cuda.is_available() else "cpu"
        try:
            config = AutoConfig.from_pretrained(self.model_name, local_files_only=True)
            seq2seq = self.kind == "seq2seq" or (
                self.kind == "auto" and bool(getattr(config, "is_encoder_decoder", False))
            )
            factory = AutoModelForSeq2SeqLM if seq2seq else AutoModelForCausalLM
            tokenizer = AutoTokenizer.from_pretrained(self.model_name, local_files_only=True)
            model = factory.from_pretrained(
                self.model_name, local_files_only=True, dtype=self.dtype
            )
        except (OSError, ValueError, KeyError, ImportError) as error:
            raise ModelMissing(
                self.model_name, reason="cannot be loaded from this machine"
            ) from error
        return tokenizer, model.to(device).eval(), seq2seq, device

    def write(self, request: WriteRequest) -> list[str] | None:
        import torch

        tokenizer, model, seq2seq, device = self._loaded
        text = self._prompt(tokenizer, request, seq2seq)
        limit = min(int(getattr(tokenizer, "model_max_length", 4096)), 4096)
        inputs = tokenizer(text, return_tensors="pt", truncation=True, max_length=limit).to(device)
        inputs.pop("token_type_ids", None)
        padding = (
            tokenizer.pad_token_id if tokenizer.pad_token_id is not None else tokenizer.eos_token_id
        )
        try:
            with torch.inference_mode():
                output = model.generate(
                    **inputs,
                    max_new_tokens=self.max_new_tokens,
                    do_sample=False,
                    pad_token_id=padding,
                )
        except (RuntimeError, IndexError) as error:  # out of memory, a context too short
            raise BackendError(
                f"the model could not write the section {request.key}", code="generation-failed"
            ) from error
        answer = output[0] if seq2seq else output[0][inputs["input_ids"].shape[1] :]
        return sentences(tokenizer.decode(answer, skip_special_tokens=True))

    def _prompt(self, tokenizer: Any, request: WriteRequest, seq2seq: bool) -> str:
        system, body = SYSTEM[request.language], facts(request)
        if not seq2seq and getattr(tokenizer, "chat_template", None):
            messages = [{"role": "system", "content": system}, {"role": "user", "content": body}]
            return str(
                tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
            )
        return f"{system}\n\n{body}\n\n"
