"""Signing in, and what guessing comes to."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.ehr.world import World

PASSWORD = "correct horse battery"


@pytest.fixture
def guess(world: World) -> Callable[..., int]:
    """Tries to sign in as the world's physician; gives the status of the answer."""
    world.owner.set_password(PASSWORD)
    world.owner.save()

    def attempt(
        password: str, *, name: str = world.owner.username, address: str = "10.0.0.1"
    ) -> int:
        form = {"username": name, "password": password}
        path = reverse("ehr:sign-in")
        return Client().post(path, form, REMOTE_ADDR=address).status_code

    return attempt


def test_the_right_password_signs_in(guess: Callable[..., int]) -> None:
    assert guess(PASSWORD) == 302


def test_after_five_failures_even_the_right_password_waits(guess: Callable[..., int]) -> None:
    assert [guess("wrong") for _ in range(4)] == [200] * 4
    assert guess("wrong") == 429
    assert guess(PASSWORD) == 429


def test_guessing_from_many_addresses_counts_as_one(guess: Callable[..., int]) -> None:
    answers = [guess("wrong", address=f"10.0.0.{n}") for n in range(6)]
    assert answers[-1] == 429


def test_a_colleague_behind_the_same_address_signs_in(
    guess: Callable[..., int], world: World
) -> None:
    for _ in range(6):
        guess("wrong", name="somebody-else")
    assert guess(PASSWORD) == 302


def test_a_name_that_nobody_has_is_answered_the_same(guess: Callable[..., int]) -> None:
    known = [guess("wrong") for _ in range(6)]
    assert [guess("wrong", name="nobody-at-all") for _ in range(6)] == known


def test_the_wait_ends(guess: Callable[..., int]) -> None:
    for _ in range(6):
        guess("wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert guess(PASSWORD) == 302


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Wait 15 minutes"), ("fr", "Attendez 15 minutes")]
)
def test_the_page_says_how_long_to_wait(
    guess: Callable[..., int], world: World, language: str, said: str
) -> None:
    for _ in range(5):
        guess("wrong")
    answer = Client().post(
        reverse("ehr:sign-in"),
        {"username": world.owner.username, "password": "wrong"},
        headers={"Accept-Language": language},
    )
    assert said in answer.content.decode()
    assert answer["Retry-After"] == "900"


def test_no_password_and_no_token_is_kept_of_a_failure(guess: Callable[..., int]) -> None:
    guess("my secret")
    kept = AccessAttempt.objects.get()
    assert "my secret" not in kept.post_data + kept.get_data
