import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from forexpro.core.secrets import local_secret


def test_generates_once_and_keeps_it_private(tmp_path):
    folder = tmp_path / "a folder" / "local"
    secret = local_secret(folder, "secret_key")
    assert len(secret) == 64
    assert local_secret(folder, "secret_key") == secret
    assert local_secret(folder, "another") != secret
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


def test_processes_that_start_at_once_agree(tmp_path):
    start = Barrier(16)

    def read(_number):
        start.wait()
        return local_secret(tmp_path, "secret_key")

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(read, range(16)))) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
