"""Runs the network of a sentence-transformers model in ONNX Runtime instead of torch.

For machines that OpenVINO has no build for; needs the extra ``onnx``. Exact to torch's vectors, and
not quicker than OpenVINO: rounded to 8 bits it is, at a mean cosine of 0.997, half as quick as that is.
(sentence-transformers' own ``backend="onnx"`` goes through optimum, which holds transformers below 5.)
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.graph import INPUTS, Run, examples, made_once, release_weights, replace_forward, traceable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def run_in_onnx(model: Any, folder: Path, threads: int, say: Callable[[str], None] = lambda line: None) -> None:
    """Replaces the forward pass of a `SentenceTransformer` and lets its torch weights go.

    The graph is read from `folder`, and exported into it where it is not there. Raises ImportError
    where the packages are not installed.
    """
    if not folder.exists():
        say("Converting the embedding model for ONNX Runtime (once, some seconds) …")
    made_once(folder, lambda beside: _export(model[0].model, beside))
    replace_forward(model[0].model, _runner(folder, threads))
    release_weights(model[0].model)


def _runner(folder: Path, threads: int) -> Run:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # it would write an id into the home folder
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])

    def run(input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]) -> NDArray[np.float32]:
        hidden: NDArray[np.float32] = session.run(None, dict(zip(INPUTS, (input_ids, attention_mask), strict=True)))[0]
        return hidden

    return run


def _export(network: Any, folder: Path) -> None:
    """Writes the network's graph into a folder."""
    import torch

    sizes = {0: "batch", 1: "tokens"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # this exporter is deprecated; the new one takes 50 s in place of 5
        torch.onnx.export(
            traceable(network),
            examples(),
            str(folder / "model.onnx"),
            input_names=list(INPUTS),
            output_names=["hidden"],
            dynamic_axes={name: sizes for name in (*INPUTS, "hidden")},
            opset_version=18,
            dynamo=False,
        )
