import asyncio

from forexpro.core.realtime.connections import async_redis_client


def test_a_loop_closes_its_connections_when_it_ends(redis):
    async def use_one_and_hold_another():
        client = async_redis_client()
        held = await client.connection_pool.get_connection()
        await client.ping()
        return held, *client.connection_pool._available_connections

    connections = asyncio.run(use_one_and_hold_another())
    assert len(connections) == 2
    assert not any(connection.is_connected for connection in connections)


async def test_a_loop_has_one_client(redis):
    assert async_redis_client() is async_redis_client()
