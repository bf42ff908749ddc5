"""Going back to what mutable values held."""

from analytics.pine.runtime.arrays import Slice
from analytics.pine.runtime.drawings import ChartPoint
from analytics.pine.runtime.matrix import Matrix
from analytics.pine.runtime.snapshots import Snapshot


def test_everything_that_can_be_reached_goes_back_in_place() -> None:
    point = ChartPoint(1, 2, 3.0)
    inner = [point]
    pairs = {"a": inner}
    matrix = Matrix([[1.0, 2.0]], 2)
    part = Slice(inner, 0, 1)
    snapshot = Snapshot([pairs, matrix, part, 5, "text", None])
    for _ in range(2):
        point.price = 9.0
        inner.append(ChartPoint())
        pairs["b"] = []
        matrix.rows[0][0] = 7.0
        matrix.rows.append([0.0, 0.0])
        part.stop = 2
        snapshot.restore()
        assert point.price == 3.0
        assert inner == [point]
        assert list(pairs) == ["a"]
        assert pairs["a"] is inner
        assert matrix.rows == [[1.0, 2.0]]
        assert len(part) == 1


def test_values_that_point_at_each_other() -> None:
    one: list[object] = []
    two: list[object] = [one]
    one.append(two)
    snapshot = Snapshot([one])
    two.clear()
    snapshot.restore()
    assert two[0] is one
