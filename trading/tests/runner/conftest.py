import pytest

from trading.runner.engine_runner import EngineRunner
from trading.runner.shards import Shard


@pytest.fixture
def runner(market):
    engine = EngineRunner(Shard())
    engine.start()
    yield engine
    engine.stop()
