"""The embedded services start once, are shared, survive SIGKILL and leave nothing behind."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from forexpro.core import embedded
from forexpro.core.embedded.processes import runs_in

REPOSITORY = Path(embedded.__file__).resolve().parents[3]
NAMES = ["postgres", "redis"]


@pytest.fixture
def local_dir(tmp_path: Path) -> Iterator[Path]:
    local_dir = tmp_path / "a home with spaces" / ".local"
    yield local_dir
    # Root's database lies behind a link, where the account that it runs under can reach it.
    data = local_dir / "postgres"
    if data.is_symlink():
        shutil.rmtree(data.readlink().parent, ignore_errors=True)  # a server that was killed may still be ending


def server_pid(local_dir: Path, name: str) -> int:
    return int(embedded.SERVICES[name](local_dir).keeper_lock.read_text())


def eventually(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("did not come true within 20 seconds")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def query(local_dir: Path, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(embedded.database_url(local_dir)) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_data_survives_a_restart_and_no_process_does(local_dir: Path) -> None:
    with embedded.running(NAMES, local_dir):
        query(local_dir, "CREATE TABLE kept AS SELECT 42 AS answer")
        redis.Redis.from_url(embedded.redis_url(local_dir)).set("kept", "42")
        pids = [server_pid(local_dir, name) for name in NAMES]

    eventually(lambda: not any(alive(pid) for pid in pids))
    with embedded.running(NAMES, local_dir):
        assert query(local_dir, "SELECT answer FROM kept") == [(42,)]
        assert redis.Redis.from_url(embedded.redis_url(local_dir)).get("kept") == b"42"


def test_postgresql_is_durable_and_hears_no_network(local_dir: Path) -> None:
    with embedded.running(["postgres"], local_dir):
        shown = {
            name: query(local_dir, f"SHOW {name}")[0][0]
            for name in ("fsync", "synchronous_commit", "full_page_writes", "listen_addresses", "max_wal_size")
        }

    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "max_wal_size": "1GB",
    }


def test_a_second_user_shares_the_service_and_keeps_it_running(local_dir: Path) -> None:
    first = embedded.running(["redis"], local_dir)
    first.__enter__()
    pid = server_pid(local_dir, "redis")
    with embedded.running(["redis"], local_dir):
        first.__exit__(None, None, None)
        time.sleep(0.5)

        assert server_pid(local_dir, "redis") == pid
        assert redis.Redis.from_url(embedded.redis_url(local_dir)).ping()


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_server_recovers_at_the_next_start(local_dir: Path, name: str) -> None:
    with embedded.running([name], local_dir):
        pid = server_pid(local_dir, name)
        os.kill(pid, signal.SIGKILL)
        eventually(lambda: not alive(pid))

    with embedded.running([name], local_dir):
        assert embedded.SERVICES[name](local_dir).ready()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_killed_keeper_takes_its_server_along(local_dir: Path, name: str) -> None:
    service = embedded.SERVICES[name](local_dir)
    with embedded.using(service):
        keeper = subprocess.Popen(embedded.keeper_command(service), cwd=REPOSITORY, stdout=subprocess.DEVNULL)
        eventually(lambda: service.ready() and service.keeper_lock.read_text() != "")
        pid = server_pid(local_dir, name)
        keeper.kill()
        keeper.wait()

        eventually(lambda: not alive(pid))
        with embedded.running([name], local_dir):
            assert server_pid(local_dir, name) != pid


def test_a_killed_user_does_not_keep_the_service_running(local_dir: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from forexpro.core import embedded\n"
        "with embedded.running(['redis'], Path(sys.argv[1])): print('up', flush=True); time.sleep(60)"
    )
    user = subprocess.Popen([sys.executable, "-c", program, local_dir], cwd=REPOSITORY, stdout=subprocess.PIPE)
    assert user.stdout
    assert user.stdout.readline() == b"up\n"
    pid = server_pid(local_dir, "redis")
    user.kill()
    user.communicate()

    eventually(lambda: not alive(pid))


def test_a_stale_lock_with_a_recycled_pid_is_cleared(local_dir: Path) -> None:
    with embedded.running(["postgres"], local_dir):
        lock = embedded.SERVICES["postgres"](local_dir).data / "postmaster.pid"
        os.kill(server_pid(local_dir, "postgres"), signal.SIGKILL)
        content = lock.read_text().split("\n")
    lock.write_text("\n".join([str(os.getpid()), *content[1:]]))

    with embedded.running(["postgres"], local_dir):
        assert query(local_dir, "SELECT 1") == [(1,)]


def test_a_half_made_database_is_made_again(local_dir: Path) -> None:
    draft = local_dir / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "half").touch()

    with embedded.running(["postgres"], local_dir):
        assert query(local_dir, "SELECT current_database()") == [("forexpro",)]


def test_a_server_that_cannot_start_says_why_and_what_to_do(local_dir: Path) -> None:
    with embedded.running(["postgres"], local_dir):
        data = embedded.SERVICES["postgres"](local_dir).data
        pid = server_pid(local_dir, "postgres")
    eventually(lambda: not alive(pid))
    (data / "PG_VERSION").write_text("9.6\n")

    with (
        pytest.raises(embedded.EmbeddedServiceFailed, match=r"(?s)incompatible.*set DATABASE_URL"),
        embedded.running(["postgres"], local_dir),
    ):
        pass


def test_a_socket_directory_of_somebody_else_is_refused(local_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4242)
    service = embedded.SERVICES["redis"](local_dir)
    monkeypatch.undo()
    service.sockets.parent.mkdir(parents=True)
    os.symlink(local_dir, service.sockets.parent.with_suffix(".link"))
    service.sockets = service.sockets.parent.with_suffix(".link") / "redis"
    local_dir.mkdir(parents=True)

    with pytest.raises(Exception, match="belongs to somebody else"):
        service.prepare()


def test_a_pid_at_work_elsewhere_is_not_taken_for_ours(tmp_path: Path) -> None:
    assert not runs_in(os.getpid(), tmp_path)
    assert runs_in(os.getpid(), Path.cwd())
