"""Several people acting in the same moment, each in a thread with a session of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask

from charity_portal.kernel.database import db, transaction


def at_once(app: Flask, *steps: Callable[[], Any]) -> list[Any]:
    """Let the steps go together, each inside `transaction()`; what each returned or raised.

    Steps hold ids, not rows: a row would load through the session of the thread that made it.
    """
    db.session.rollback()
    barrier = threading.Barrier(len(steps))

    def run(step: Callable[[], Any]) -> Any:
        with app.app_context():
            barrier.wait(timeout=20)
            try:
                with transaction():
                    return step()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(steps)) as pool:
        done = [pool.submit(run, step) for step in steps]
        results = [future.exception(timeout=60) or future.result() for future in done]
    db.session.rollback()
    return results
