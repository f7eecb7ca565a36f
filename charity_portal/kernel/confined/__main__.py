"""The child process: `python -m charity_portal.kernel.confined MODULE SECONDS MEMORY_MB`.

Reads one JSON object from standard input, hands it to `work()` of the module, writes one JSON
object to standard output: {"done": …} or {"refused": code, "params": …}. Anything else (a crash,
a kill, too little memory) shows in the exit status.
"""

import importlib
import json
import os
import resource
import sys

from charity_portal.kernel.confined.refusals import Refusal

OUT_OF_MEMORY = 83
_PACKAGE = "charity_portal.kernel."


def main(module: str, seconds: int, memory_mb: int) -> int:
    """Set the limits, do the work, print the answer; returns the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if not module.startswith(_PACKAGE):
        raise ValueError(f"{module} is not a module of the kernel")
    answer = os.dup(1)
    os.dup2(2, 1)  # what a library prints must not get into the answer
    try:
        arguments = json.load(sys.stdin)
        done = importlib.import_module(module).work(arguments)
        text = json.dumps({"done": done}, ensure_ascii=False)
    except Refusal as refusal:
        text = json.dumps({"refused": refusal.code, "params": refusal.params}, ensure_ascii=False)
    except MemoryError:
        return OUT_OF_MEMORY
    with os.fdopen(answer, "w", encoding="utf-8", errors="surrogatepass") as out:
        out.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
