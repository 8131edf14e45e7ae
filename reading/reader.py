"""The trained reader: a question and texts in, for every stretch of a text how likely it answers."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reading.windows import Encoded, Span, Tokenizer, Window, room, stretches

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "model"
_LONGEST_ANSWER = 100  # tokens
_NEVER = -20.0  # the score of what no window holds
INPUTS = ("ids", "types")  # of the network


class ReaderError(Exception):
    """The reader cannot be opened; the message says why and how to mend it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network says of one text: for each token how likely an answer begins and ends there.

    Scores are log-odds against there being no answer in the window, so that those of different texts
    may be compared.
    """

    offsets: Sequence[Span]  # characters of each token
    starts: NDArray[np.float32]  # (tokens,)
    ends: NDArray[np.float32]  # (tokens,)

    def score(self, start: int, end: int) -> float:
        """How likely the characters from `start` to `end` answer; the tokens at their ends count."""
        inside = [i for i, span in enumerate(self.offsets) if span[0] < end and start < span[1]]
        if not inside:
            return _NEVER
        return float(self.starts[inside[0]] + self.ends[inside[-1]])

    def best(self, start: int, end: int, count: int) -> list[tuple[float, int, int]]:
        """The likeliest spans within some characters, best first: score, start, end."""
        import numpy as np

        inside = [i for i, span in enumerate(self.offsets) if start <= span[0] < span[1] <= end]
        if not inside:
            return []
        first, size = inside[0], inside[-1] + 1 - inside[0]
        starts, ends = self.starts[first : first + size], self.ends[first : first + size]
        both = starts[:, None] + ends[None, :]
        both = np.where(np.triu(np.ones_like(both)) - np.triu(np.ones_like(both), _LONGEST_ANSWER) > 0, both, -np.inf)
        order = np.argsort(-both, axis=None, kind="stable")[:count]
        found = []
        for place in order:
            s, e = divmod(int(place), size)
            if np.isfinite(both[s, e]):
                found.append((float(both[s, e]), self.offsets[first + s][0], self.offsets[first + e][1]))
        return found


class TrainedReader:
    """The network in ONNX Runtime, and its tokenizer; any number of threads may read."""

    def __init__(self, folder: Path = FOLDER, threads: int = 0) -> None:
        """Opens a folder with `model.onnx` and `tokenizer.json`. Raises ReaderError."""
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it would write an id into the home folder
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # a quarter of the processor's time
        try:
            weights = (folder / "model.onnx").read_bytes()
            self._tokenizer = Tokenizer(folder / "tokenizer.json")
            self._network = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # both libraries fail in ways of their own
            why = " ".join(str(error).split())[:160] or type(error).__name__
            raise ReaderError(f"the reader in {folder} cannot be opened ({why})") from None
        self.fingerprint = hashlib.sha256(weights).hexdigest()[:16]

    def read(self, question: str, texts: Iterable[str], tokens: int) -> list[Reading]:
        """What the network says of the first of some texts, as many as a number of tokens allows, and at least one.

        Question and texts are folded. A window costs the tokens of the question and of its stretch. What of a
        text lies beyond the last window is as unlikely as what none holds.
        """
        asked = self._tokenizer.encode(question)
        readings: list[Reading] = []
        for text in texts:
            if readings and tokens <= 0:
                break
            encoded = self._tokenizer.encode(text)
            windows: list[Span] = []
            for first, last in stretches(len(encoded.ids), room(asked)):
                if tokens <= 0 and (readings or windows):
                    break
                tokens -= len(asked.ids) + last - first
                windows.append((first, last))
            readings.append(self._reading(asked, encoded, windows))
        return readings

    def _reading(self, asked: Encoded, text: Encoded, windows: Sequence[Span]) -> Reading:
        import numpy as np

        scores = np.full((2, len(text.ids)), _NEVER, dtype=np.float32)
        for first, last in windows:
            told = self._scores(self._tokenizer.window(asked, text, first, last))
            scores[:, first:last] = np.maximum(scores[:, first:last], told)
        return Reading(text.offsets, scores[0], scores[1])

    def _scores(self, window: Window) -> NDArray[np.float32]:
        """The start and end scores of a window's text, over those of no answer, of shape (2, tokens)."""
        import numpy as np

        rows = zip(INPUTS, (window.ids, window.types), strict=True)
        inputs = {name: np.array([row], dtype=np.int64) for name, row in rows}
        scores: Any = self._network.run(None, inputs)[0][0]
        told: NDArray[np.float32] = (scores[window.first : -1] - scores[0]).T
        return told
