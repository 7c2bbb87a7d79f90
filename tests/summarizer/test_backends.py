import json
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from summarizer.backends import load
from summarizer.backends.prompts import sentences
from summarizer.exceptions import BackendError
from summarizer.pipeline import draft_note
from summarizer.types import Draft
from tests.conftest import ASSETS
from tests.summarizer.visits import context, knee

OPTIONS = {"assets": str(ASSETS)}


def texts(draft: Draft) -> list[str]:
    return [s.text for part in draft.sections for s in part.sentences]


class Server:
    """A chat server on this machine; ``reply`` makes the answer from the request's body."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.reply: Callable[[dict[str, Any]], tuple[int, bytes]] = lambda body: (500, b"")
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.seen.append(body)
                server.headers.append(dict(self.headers))
                status, answer = server.reply(body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:
                """The test's output stays readable."""

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    def say(self, words: Callable[[str], str]) -> None:
        def reply(body: dict[str, Any]) -> tuple[int, bytes]:
            content = words(body["messages"][1]["content"])
            answer = {"choices": [{"message": {"role": "assistant", "content": content}}]}
            return 200, json.dumps(answer).encode()

        self.reply = reply


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.http.shutdown()
    running.thread.join()
    running.http.server_close()


def openai(server: Server, **more: Any) -> Any:
    return load("openai", {**OPTIONS, "base_url": server.url, "model": "any", **more})


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("nobody", {}, "unknown-backend"),
        ("summarizer.backends.nowhere.Class", {}, "unknown-backend"),
        ("openai", {}, "bad-options"),
        ("openai", {"base_url": "http://models.example.org/v1", "model": "x"}, "unsafe-url"),
        ("openai", {"base_url": "http://127.0.0.1.example.org", "model": "x"}, "unsafe-url"),
        ("openai", {"base_url": "file:///etc/passwd", "model": "x"}, "unsafe-url"),
        ("huggingface", {}, "bad-options"),
    ],
)
def test_a_backend_that_cannot_be_had_says_why(
    name: str, options: dict[str, str], code: str
) -> None:
    with pytest.raises(BackendError) as caught:
        load(name, options)
    assert caught.value.code == code


def test_the_same_name_and_options_give_the_same_object() -> None:
    assert load("claims", OPTIONS) is load("claims", dict(OPTIONS))
    assert load("claims", OPTIONS) is not load("claims", {**OPTIONS, "threads": 1})


def test_a_dotted_path_works_like_a_name() -> None:
    assert load("summarizer.backends.claims.ClaimsBackend", OPTIONS)


@pytest.mark.model
def test_a_models_faithful_wording_is_taken_with_the_same_evidence(server: Server) -> None:
    server.say(lambda facts: facts.replace("Blood pressure 142", "Blood pressure today is 142"))
    draft = draft_note(knee(), context(), backend=openai(server))
    vitals = next(part for part in draft.sections if part.key == "vitals")
    assert vitals.sentences[0].text == "Blood pressure today is 142/88."
    assert "142 over 88" in vitals.sentences[0].evidence[0].quote
    assert draft.engine.backend == "openai"


@pytest.mark.model
@pytest.mark.parametrize(
    "words",
    [
        "The patient takes oxycodone 80 mg and has lung cancer.",
        "Blood pressure 190/110.",
        "",
        "I cannot help with that.",
    ],
)
def test_what_a_model_makes_up_never_comes_out(server: Server, words: str) -> None:
    server.say(lambda facts: words)
    plain = draft_note(knee(), context(), backend=load("claims", OPTIONS))
    draft = draft_note(knee(), context(), backend=openai(server))
    assert texts(draft) == texts(plain)


@pytest.mark.model
def test_a_flipped_negation_or_side_is_replaced_by_the_writers_sentence(server: Server) -> None:
    server.say(lambda facts: facts.replace("Denies", "Reports").replace("left", "right"))
    draft = draft_note(knee(), context(), backend=openai(server))
    assert "Constitutional: Denies fever or chills." in texts(draft)
    assert not any("right knee" in text for text in texts(draft))


@pytest.mark.model
def test_the_key_is_sent_and_a_missing_one_is_named(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.say(lambda facts: facts)
    monkeypatch.setenv("DRAFT_KEY", "abc")
    draft_note(knee(), context(), backend=openai(server, api_key_env="DRAFT_KEY"))
    assert server.headers[0]["Authorization"] == "Bearer abc"
    with pytest.raises(BackendError, match="NO_SUCH_KEY") as caught:
        draft_note(knee(), context(), backend=openai(server, api_key_env="NO_SUCH_KEY"))
    assert caught.value.code == "bad-options"


@pytest.mark.model
@pytest.mark.parametrize(
    ("status", "answer", "code"),
    [
        (500, b"the patient's words", "server-error"),
        (200, b"no json: knee", "bad-answer"),
        (200, b'{"choices": []}', "bad-answer"),
        (200, b'{"choices": [{"message": {"content": null}}]}', "bad-answer"),
    ],
)
def test_a_servers_failure_is_clear_and_holds_no_words(
    server: Server, status: int, answer: bytes, code: str
) -> None:
    server.reply = lambda body: (status, answer)
    with pytest.raises(BackendError) as caught:
        draft_note(knee(), context(), backend=openai(server))
    assert caught.value.code == code
    assert "knee" not in str(caught.value)
    assert "words" not in str(caught.value)


@pytest.mark.model
def test_a_server_that_is_not_there_is_unreachable() -> None:
    backend = load("openai", {**OPTIONS, "base_url": "http://127.0.0.1:9/v1", "model": "any"})
    with pytest.raises(BackendError) as caught:
        draft_note(knee(), context(), backend=backend)
    assert caught.value.code == "unreachable"


def test_bullets_and_numbers_are_no_part_of_a_models_sentence() -> None:
    answer = "Here are the sentences:\n1. One thing. Another thing.\n- **Third.**\n\n"
    assert sentences(answer) == ["One thing.", "Another thing.", "Third."]
