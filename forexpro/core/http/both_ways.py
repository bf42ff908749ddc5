"""What a middleware needs to stand on WSGI and on ASGI servers alike."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest


class Middleware:
    """A middleware that says in `answer` and `answer_async` what it does around `get_response`.

    Django's own mixin would run a synchronous one in a thread of its own for every asynchronous request.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]):
        self.get_response = get_response
        self._respond = self.answer
        if iscoroutinefunction(get_response):
            self._respond = self.answer_async
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        return self._respond(request)

    def answer(self, request: HttpRequest) -> Any:
        """Do what this middleware does around `get_response`, on a WSGI server."""
        return self.get_response(request)

    async def answer_async(self, request: HttpRequest) -> Any:
        """Do the same on an ASGI server."""
        return await self.get_response(request)
