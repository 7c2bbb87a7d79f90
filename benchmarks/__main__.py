"""python -m benchmarks: each benchmark in turn, in a process of its own."""

import subprocess
import sys

BENCHMARKS = ("http", "search", "loading", "drafting")

if __name__ == "__main__":
    for name in BENCHMARKS:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=True)
