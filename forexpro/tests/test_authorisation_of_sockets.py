"""Every socket, opened as everybody, as the table in `authorisation/expectations` has it."""

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from forexpro.asgi import application
from forexpro.tests.authorisation.access import PEOPLE
from forexpro.tests.authorisation.expectations import SOCKETS
from forexpro.tests.authorisation.routes import socket_routes
from forexpro.tests.authorisation.surroundings import surroundings
from forexpro.tests.authorisation.world import world_with_roles


def test_every_socket_has_its_line():
    assert {line.partition("?")[0] for line in SOCKETS} == socket_routes()


@pytest.mark.django_db(transaction=True)
async def test_who_opens_which_socket(redis, tmp_path):
    with surroundings(tmp_path):
        world = await sync_to_async(world_with_roles)()
        opened = {}
        for line, operation in SOCKETS.items():
            path = world.path(line, operation).format_map(world.names)
            opened[line] = frozenset([actor for actor in PEOPLE if await opens(path, world.cookie_header(actor))])
    assert opened == {line: operation.access for line, operation in SOCKETS.items()}


async def opens(path: str, headers: list[tuple[bytes, bytes]]) -> bool:
    communicator = WebsocketCommunicator(application, path, headers=[(b"origin", b"http://localhost"), *headers])
    connected, _code = await communicator.connect(timeout=10)
    await communicator.disconnect()
    return bool(connected)
