"""The embedded broker under processes that start, bind, send and take all at once."""

from __future__ import annotations

import multiprocessing
from multiprocessing.queues import Queue
from pathlib import Path

import pytest
from kombu import Connection

SENDERS, TAKERS, MESSAGES = 3, 3, 200
QUEUE = "hints"


def connect(folder: Path) -> Connection:
    options = {
        "data_folder_in": str(folder / "messages"),
        "data_folder_out": str(folder / "messages"),
        "control_folder": str(folder / "control"),
        "polling_interval": 0.0001,
    }
    return Connection("filesystem://localhost", transport="config.broker:Transport", transport_options=options)


def send(folder: Path, sender: int) -> None:
    """Bind and send, each time with a connection of its own, as web processes do."""
    for number in range(MESSAGES):
        with connect(folder) as connection:
            connection.SimpleQueue(QUEUE).put([sender, number])


def take(folder: Path, taken: Queue[tuple[int, int]]) -> None:
    """Take until nothing has come for two seconds."""
    with connect(folder) as connection:
        queue = connection.SimpleQueue(QUEUE)
        while True:
            try:
                message = queue.get(timeout=2)
            except queue.Empty:
                return
            taken.put(tuple(message.payload))
            message.ack()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "messages").mkdir()
    return tmp_path


def test_broker_given_messages_by_many_processes_hands_out_each_once(folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    taken = context.Queue()
    takers = [context.Process(target=take, args=(folder, taken)) for _ in range(TAKERS)]
    senders = [context.Process(target=send, args=(folder, number)) for number in range(SENDERS)]
    for process in [*takers, *senders]:
        process.start()
    received = [taken.get(timeout=60) for _ in range(SENDERS * MESSAGES)]
    for process in [*takers, *senders]:
        process.join(30)

    assert [process.exitcode for process in [*takers, *senders]] == [0] * (SENDERS + TAKERS)
    assert sorted(received) == [(sender, number) for sender in range(SENDERS) for number in range(MESSAGES)]
    assert taken.empty()
    assert list((folder / "messages").iterdir()) == []


def test_broker_whose_table_was_left_empty_works_again(folder: Path) -> None:
    (folder / "control").mkdir()
    (folder / "control" / f"{QUEUE}.exchange").touch()  # a writer died before its first byte

    with connect(folder) as connection:
        queue = connection.SimpleQueue(QUEUE)
        queue.put("look")
        message = queue.get(timeout=5)
        message.ack()

    assert message.payload == "look"
    assert f'"{QUEUE}"' in (folder / "control" / f"{QUEUE}.exchange").read_text()
