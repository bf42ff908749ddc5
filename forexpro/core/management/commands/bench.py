import os
import platform
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils.module_loading import autodiscover_modules

from forexpro.core.bench import benchmarks
from forexpro.core.realtime.connections import redis_client


class Command(BaseCommand):
    help = "Measure what matters, each figure beside its floor taken in the same run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        autodiscover_modules("bench")
        parser.add_argument("names", nargs="*", help=f"some of {', '.join(benchmarks)}; all without")

    def handle(self, *args: Any, **options: Any) -> None:
        names = options["names"] or list(benchmarks)
        for name in names:
            if name not in benchmarks:
                self.stderr.write(f"There is no benchmark {name}; there are {', '.join(benchmarks)}.")
                raise SystemExit(2)
        self.stdout.write(machine())
        for name in names:
            os.sync()  # or this one would wait for the disk, which still writes down what the last one left
            self.stdout.write(f"\n{name.replace('_', ' ')}")
            for measurement in benchmarks[name]():
                self.stdout.write(
                    f"  {measurement.name}: {measurement.value:,.4g} {measurement.unit}; "
                    f"floor, {measurement.floor_name}: {measurement.floor:,.4g} ({measurement.ratio:.2g} of it)"
                )


def machine() -> str:
    """Return a line about the machine and the services, for whoever compares figures."""
    cpu = platform.processor() or platform.machine()
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        models = [line.partition(":")[2].strip() for line in cpu_info.read_text().splitlines() if "model name" in line]
        cpu = models[0] if models else cpu
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        (postgres,) = cursor.fetchone()
    redis: Any = redis_client().info("server")
    return (
        f"{len(os.sched_getaffinity(0))} x {cpu}, load {os.getloadavg()[0]:.1f}, {platform.system()}, "
        f"Python {platform.python_version()}, PostgreSQL {postgres}, Redis {redis['redis_version']}"
    )
