"""A process that posts until it is killed: `python -m tests.support.posting_process FUND PURPOSE
USER RUN`; it tells the cause of each entry once that is committed.
"""

import itertools
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
        sys.stdout.write(f"{source}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    with create_app().app_context(), clock.freeze(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        main(*(int(argument) for argument in sys.argv[1:]))
