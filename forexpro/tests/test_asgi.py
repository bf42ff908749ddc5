import pytest
from channels.testing import WebsocketCommunicator

from forexpro.asgi import application


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["/ws/nothing", "/", "/stream/more"])
async def test_a_socket_to_an_unknown_path_is_refused(path):
    socket = WebsocketCommunicator(application, path)
    connected, _ = await socket.connect(timeout=10)
    assert not connected
    await socket.disconnect()
