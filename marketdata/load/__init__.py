"""Programs that benchmarks run beside the server: a source of ticks, viewers, and a server to compare with."""
