"""``kill -9`` at any moment of indexing leaves the old index or the new one, whole.

Twenty moments, by a seed; KILLS=200 in the environment takes more.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from bot.store import Store
from tests.fake_encoder import write_files

KILLS = int(os.environ.get("KILLS", "20"))
DOCUMENTS = 200
ROOT = Path(__file__).resolve().parent.parent


def start(folder: Path) -> subprocess.Popen[bytes]:
    """Begins to index the folder's documents."""
    command = [sys.executable, "tests/fake_encoder.py", "index", str(folder / "docs"), "--index", str(folder / "index")]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def change(folder: Path, version: int) -> None:
    """Writes every document anew, each with the version in it."""
    write_files(
        folder / "docs",
        {f"{number}.txt": f"第{number}份文件，第{version}版。全市划分网格{number}个。" for number in range(DOCUMENTS)},
    )


def version_of(store: Store) -> int:
    """The version that all documents of the current generation are of; each file's checksum is held against it."""
    with closing(store.open(None)) as generation:
        texts = [entry.stored.text for entry in generation.entries()]
    versions = {int(text.split("第")[2].split("版")[0]) for text in texts}
    assert (len(texts), len(versions)) == (DOCUMENTS, 1)
    return versions.pop()


def test_a_writer_that_is_killed_leaves_the_old_index_or_the_new_one_whole(tmp_path: Path) -> None:
    chance, store = random.Random(20261121), Store(tmp_path / "index")
    change(tmp_path, 0)
    began = time.monotonic()
    assert start(tmp_path).wait(timeout=60) == 0
    whole_run = time.monotonic() - began
    current, taken = 0, 0
    for version in range(1, KILLS + 1):
        change(tmp_path, version)
        with start(tmp_path) as process:
            time.sleep(chance.uniform(0.2, 1.05) * whole_run)
            os.killpg(process.pid, signal.SIGKILL)
        found = version_of(store)
        assert found in {current, version}
        taken += found == version
        current = found
    assert start(tmp_path).wait(timeout=60) == 0  # the dead writers' lock and leftovers are no obstacle
    assert version_of(store) == KILLS
    assert not list((tmp_path / "index" / "generations").glob(".*"))
    print(f"{KILLS} kills: {taken} found the new index, {KILLS - taken} the old one, all whole")
