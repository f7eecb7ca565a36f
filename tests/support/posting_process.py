"""Processes that post until they are killed: `python -m tests.support.posting_process`.

For each line `FUND PURPOSE USER RUN` a process is forked from this one, which has imported the portal
and has opened no connection. It says `pid NUMBER`, then the cause of each entry once that is
committed; when it is gone, this one says `ended STATUS`.
"""

import itertools
import os
import sys
from datetime import UTC, datetime

from charity_portal.app import create_app
from charity_portal.funds.services import moving, posting
from charity_portal.funds.services.moving import Paper
from charity_portal.kernel import clock
from charity_portal.kernel.database import transaction
from charity_portal.kernel.permissions import Actor

PAPER = Paper("记-2026-0001", "按协议办理")


def main(fund_id: int, purpose: int, user_id: int, run: int) -> None:
    """Promise, pay and take back in turns; each round is one transaction of three entries."""
    actor = Actor(user_id, "", frozenset({"approver", "finance"}))
    for number in itertools.count():
        source = f"award:{run}-{number}"
        with transaction():
            promised = moving.allocate(actor, fund_id, None, 100, purpose, source, PAPER)
            paid = moving.pay(actor, promised.id, PAPER)
            if number % 3 == 0:
                posting.reverse(actor, paid.id, "v", "退票")
        tell(source)


def tell(text: str) -> None:
    """One line, written at once and whole."""
    os.write(1, f"{text}\n".encode())


if __name__ == "__main__":
    with create_app().app_context(), clock.freeze(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        for line in sys.stdin:
            child = os.fork()
            if child == 0:
                tell(f"pid {os.getpid()}")
                main(*map(int, line.split()))
            _, status = os.waitpid(child, 0)
            tell(f"ended {os.waitstatus_to_exitcode(status)}")
