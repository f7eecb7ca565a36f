"""What assigning reviewers costs, and whether it holds: CPU seconds, memory, share of the best total.

python -m tests.bench.assigning sizes            500 x 100 and 2,000 x 500 through the command
python -m tests.bench.assigning tight 1000       random tight rounds: violations, gaps
python -m tests.bench.assigning order 100        the same rounds in other orders: equal answers
"""

import io
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from charity_portal.competitions.rules import assignment, assignment_files
from tests.factories.assignments_at_random import Size, as_file, by_fields, shuffled, tight

FLASK = (sys.executable, "-m", "flask", "--app", "charity_portal.app", "competitions", "assign")
SMALL = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
"""
SIZES = {
    "500 x 100": Size(500, 100, spare=0.26),
    "500 x 100, minimum 7": Size(500, 100, spare=0.26, least=7),
    "500 x 100, no place to spare": Size(500, 100, spare=0.0, least=15),
    "2,000 x 500": Size(2000, 500, spare=0.25),
    "2,000 x 500, sparse": Size(2000, 500, spare=0.25, sparse=True),
    "2,000 x 500, no place to spare": Size(2000, 500, spare=0.0, least=12),
}


def solved(data: bytes) -> tuple[assignment.Instance, assignment.Answer | None]:
    """The answer to a file; None when there is none."""
    instance = assignment_files.read(io.BytesIO(data))
    try:
        return instance, assignment.solve(instance)
    except assignment.Infeasible:
        return instance, None


def sizes() -> None:
    """Each size in a process of its own, then inside this one for the figures."""
    for name, size in SIZES.items():
        instance = by_fields(size, seed=1)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "instance.json"
            path.write_bytes(as_file(instance))
            cpu, memory, told = command(path)
        best = solved(as_file(instance | {"objective": "total"}))[1]
        begun = time.process_time()
        answer = solved(as_file(instance))[1]
        own = time.process_time() - begun
        assert answer is not None and best is not None and told["total"] == answer.total
        sys.stdout.write(
            f"{name:32} command {cpu:5.2f} s {memory:4} MB | read + solve {own:5.2f} s |"
            f" worst {answer.worst:.6f} of {answer.worst_bound:.6f}"
            f" | total {100 * answer.total / best.total:.3f} % of the best\n"
        )


def command(path: Path) -> tuple[float, int, dict[str, Any]]:
    """CPU seconds, peak memory in MB and result of the whole command, started by a small process:
    a child begins with the peak of its parent."""
    done = subprocess.run(
        [sys.executable, "-c", SMALL, *FLASK, str(path)], capture_output=True, check=True
    )
    cpu, memory = done.stderr.split()[-2:]
    return float(cpu), int(memory) // 1024, json.loads(done.stdout)


def tight_rounds(count: int) -> None:
    """Violations, how many are impossible, how far from the bounds."""
    violations = impossible = proven = 0
    gap, begun = 0.0, time.process_time()
    slowest = 0.0
    for seed in range(count):
        start = time.process_time()
        instance, answer = solved(as_file(tight(seed)))
        slowest = max(slowest, time.process_time() - start)
        if answer is None:
            impossible += 1
            continue
        violations += len(assignment.verify(instance, answer.pairs))
        proven += answer.worst_bound - answer.worst <= 1e-6 or instance.objective == "total"
        gap = max(gap, 1 - answer.total / answer.total_bound if answer.total_bound else 0.0)
    spent = time.process_time() - begun
    sys.stdout.write(
        f"{count} rounds: {violations} violations, {impossible} impossible, worst proven in"
        f" {proven} of {count - impossible}, largest gap of the total {100 * gap:.2f} %,"
        f" {spent:.1f} CPU s, slowest {slowest:.2f}\n"
    )


def orders(count: int) -> None:
    """How many rounds give another answer when everything in the file stands in another order."""
    different = 0
    for seed in range(count):
        first = tight(seed)
        answers = [solved(as_file(each))[1] for each in (first, shuffled(first, seed))]
        different += answers[0] != answers[1]
    sys.stdout.write(f"{count} rounds in another order: {different} answers differ\n")


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "sizes":
        sizes()
    elif what == "tight":
        tight_rounds(int(rest[0]))
    else:
        orders(int(rest[0]))
