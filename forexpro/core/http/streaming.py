"""Answers of any length, made piece by piece, on WSGI and ASGI servers alike."""

from collections.abc import AsyncIterator, Iterator

from channels.db import database_sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse


def streamed_download(
    request: HttpRequest, pieces: Iterator[bytes], *, content_type: str, filename: str, disposition: str = "attachment"
) -> StreamingHttpResponse:
    """Answer `pieces` as a file as they are made, to be kept, or with the disposition `inline` to be shown.

    On an ASGI server Django would collect all of a synchronous iterator first, so there each piece is made in a
    thread when the previous one has been sent.
    """
    content = _one_by_one(pieces) if isinstance(request, ASGIRequest) else pieces
    return StreamingHttpResponse(
        content,
        content_type=content_type,
        headers={"Content-Disposition": f'{disposition}; filename="{filename}"', "X-Accel-Buffering": "no"},
    )


async def _one_by_one(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    make_next = database_sync_to_async(lambda: next(pieces, None), thread_sensitive=False)
    while (piece := await make_next()) is not None:
        yield piece
