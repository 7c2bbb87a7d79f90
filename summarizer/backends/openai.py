"""Drafting with any server that speaks the OpenAI chat API (vLLM, llama.cpp, Ollama, a hospital's).

The model words the sections; claims, evidence and checks are those of the default backend. Patient
data leaves the process only to ``base_url``, over TLS unless the server is on this machine. No
error text holds the prompt, the answer or the key.

API: https://platform.openai.com/docs/api-reference/chat
"""

import ipaddress
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from summarizer.backends.base import WriteRequest
from summarizer.backends.claims import ClaimsBackend
from summarizer.backends.prompts import PROMPT_VERSION, SYSTEM, facts, sentences
from summarizer.exceptions import BackendError
from summarizer.steps.templates import TEMPLATE_VERSION
from summarizer.types import EngineIdentity

_MAX_ANSWER = 256 * 1024


class OpenAIBackend(ClaimsBackend):
    """Options: base_url and model (required), api_key_env (name of the variable that holds the
    key), timeout (seconds), max_tokens, and those of the claims backend for the encoder."""

    name = "openai"

    def __init__(self, options: Mapping[str, Any]) -> None:
        super().__init__(options)
        self.base_url = str(options.get("base_url") or "").rstrip("/")
        self.model_name = str(options.get("model") or "")
        if not self.base_url or not self.model_name:
            raise BackendError(
                "the openai backend needs the options `base_url` and `model`", code="bad-options"
            )
        _require_safe(self.base_url)
        self.key_name = str(options.get("api_key_env") or "")
        self.timeout = float(options.get("timeout") or 60)
        self.max_tokens = int(options.get("max_tokens") or 1024)

    @property
    def identity(self) -> EngineIdentity:
        return EngineIdentity(
            backend=self.name,
            model=self.model_name,
            model_version=f"prompt-{PROMPT_VERSION} at {urlsplit(self.base_url).hostname}",
            weights_sha256="",  # a served model's weights cannot be seen from here
            template_version=TEMPLATE_VERSION,
        )

    def write(self, request: WriteRequest) -> list[str] | None:
        body = {
            "model": self.model_name,
            "messages": [
                {"role": "system", "content": SYSTEM[request.language]},
                {"role": "user", "content": facts(request)},
            ],
            "temperature": 0,
            "max_tokens": self.max_tokens,
        }
        answer = self._post(body)
        try:
            content = answer["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError):
            content = None
        if not isinstance(content, str):
            raise BackendError("the model server's answer has no text", code="bad-answer")
        return sentences(content)

    def _post(self, body: Mapping[str, Any]) -> Any:
        headers = {}
        if self.key_name:
            key = os.environ.get(self.key_name, "")
            if not key:
                raise BackendError(
                    f"the environment variable {self.key_name} holds no key", code="bad-options"
                )
            headers["Authorization"] = f"Bearer {key}"
        try:
            # trust_env off: a proxy variable must not carry patient data elsewhere.
            with httpx.Client(timeout=self.timeout, trust_env=False) as client:
                response = client.post(
                    f"{self.base_url}/chat/completions", json=body, headers=headers
                )
        except httpx.TimeoutException:
            raise BackendError(
                f"the model server did not answer within {self.timeout:.0f} s", code="timeout"
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise BackendError("the model server cannot be reached", code="unreachable") from None
        if response.status_code != httpx.codes.OK:
            raise BackendError(
                f"the model server answered {response.status_code}", code="server-error"
            )
        if len(response.content) > _MAX_ANSWER:
            raise BackendError("the model server's answer is too long", code="bad-answer")
        try:
            return response.json()
        except ValueError:
            raise BackendError("the model server's answer is no JSON", code="bad-answer") from None


def _require_safe(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and _loopback(parts.hostname):
        return
    raise BackendError(
        "the openai backend's `base_url` must begin with https:// (http:// only for this machine)",
        code="unsafe-url",
    )


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
