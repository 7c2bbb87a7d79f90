"""What browsers and proxies may keep of an answer: nothing, unless a view says otherwise."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class NothingKept:
    """Adds `Cache-Control: no-store` to every answer that says nothing of caching itself.

    Pages hold patient data: after signing out they must be neither in the disk cache nor behind
    the Back button. Static files are answered before this middleware and stay cacheable.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response
