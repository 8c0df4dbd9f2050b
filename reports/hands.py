"""Work for all cores: calls are given away one by one to other processes, where there are many."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from typing import ParamSpec, TypeVar

FEW = 12  # up to here this process is done before others have started, which takes a second or two
MOST = 4  # one process reads the lake for all: more than so many would wait for it
AHEAD = 2  # calls that wait for each process: more would only hold their rows in memory

P = ParamSpec("P")
T = TypeVar("T")


class Hands:
    """Runs functions with picklable arguments: in other processes, or without a pool at once and here."""

    def __init__(self, pool: Executor | None, most: int) -> None:
        self._pool, self._most = pool, most
        self._waiting: set[Future[object]] = set()

    def give(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """What it will return. Waits while `most` calls wait; raises the error of one that failed."""
        if self._pool is None:
            done: Future[T] = Future()
            done.set_result(function(*args, **kwargs))
            return done
        while len(self._waiting) >= self._most:
            ended, self._waiting = wait(self._waiting, return_when=FIRST_COMPLETED)
            for one in ended:
                one.result()
        given = self._pool.submit(function, *args, **kwargs)
        self._waiting.add(given)  # type: ignore[arg-type]  # nobody sets a result here
        return given


@contextlib.contextmanager
def several(calls: int) -> Iterator[Hands]:
    """As many processes as cores, `MOST` at most, for so many calls; ended at the end."""
    cores = min(os.cpu_count() or 1, MOST)
    if calls <= FEW or cores == 1:
        yield Hands(None, 0)
        return
    # A fork would carry over DuckDB's threads and locks.
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield Hands(pool, cores * (1 + AHEAD))
