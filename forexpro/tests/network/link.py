"""A network between two programs that fails when it is told to: a small TCP proxy."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Link:
    """Forwards every connection to `port` of loopback to what `connect` opens.

    `latency` (seconds) delays what comes back; while `silent`, connections are accepted and carry nothing.
    """

    def __init__(self, connect: Callable[[], Awaitable[Streams]]):
        self.latency = 0.0
        self.port = 0
        self._connect = connect
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._speaking = asyncio.Event()
        self._speaking.set()
        self._connections: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._run(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.close()
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Break every connection; new ones can be made."""
        self._run(self._cut())

    @property
    def silent(self) -> bool:
        return not self._speaking.is_set()

    @silent.setter
    def silent(self, silent: bool) -> None:
        self._loop.call_soon_threadsafe(self._speaking.clear if silent else self._speaking.set)

    def _run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _cut(self) -> None:
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        self._connections.add(task)
        far_writer = None
        try:
            with suppress(OSError, asyncio.CancelledError):
                far_reader, far_writer = await self._connect()
                there, back = self._pass_on(reader, far_writer, delayed=False), self._pass_on(far_reader, writer)
                directions = [asyncio.ensure_future(there), asyncio.ensure_future(back)]
                try:
                    await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    for direction in directions:
                        direction.cancel()
                    await asyncio.gather(*directions, return_exceptions=True)
        finally:
            self._connections.discard(task)
            for end in (writer, far_writer):
                if end is not None:
                    end.transport.abort()

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, delayed: bool = True
    ) -> None:
        while data := await reader.read(65_536):
            if delayed and self.latency:
                await asyncio.sleep(self.latency)
            await self._speaking.wait()
            writer.write(data)
            await writer.drain()
