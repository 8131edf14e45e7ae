"""Runs the network of a sentence-transformers model in OpenVINO instead of torch.

Tokenising, pooling and normalising stay sentence-transformers'; only the forward pass is replaced, by
a graph that OpenVINO's own PyTorch front end converts once. (sentence-transformers' own way there,
``backend="openvino"``, goes through optimum-intel, whose 2.2 holds transformers below 5.6 and wants
torchvision.)

The graph's weights are rounded to 8 bits, a scale a row, and its matrices multiplied in 8 bits, a scale
for every 64 numbers of an input: three times torch's speed at a mean cosine of 0.9998 to its vectors.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.graph import Run, examples, made_once, release_weights, replace_forward, traceable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_COSINE = 0.99  # mean cosine to torch's vectors under which a model keeps its weights as they are
_PROBES = (
    "passage: 全市公安机关破获电信网络诈骗案件537起,紧急止付涉案资金3.01亿元。",
    "passage: 水库除险加固工程完成投资二千余万元,预计2023年6月底前全部完工。",
    "query: 哪一年被命名为示范市?",
    "Annual report: revenue rose 12 percent to 4.5 billion.",
)
_MANY_ROWS = 1000  # a table with more is worth storing in 8 bits


def run_in_openvino(model: Any, folder: Path, threads: int, say: Callable[[str], None] = lambda line: None) -> None:
    """Replaces the forward pass of a `SentenceTransformer` and lets its torch weights go.

    The graph is read from `folder`, and converted into it where it is not there. A model that bears
    no rounding (see `LEAST_COSINE`) keeps its weights. Any number of threads may encode at once.
    Raises ImportError where OpenVINO is not installed, RuntimeError or OSError where the model
    cannot be converted.
    """
    if not folder.exists():
        say("Converting the embedding model for OpenVINO (once, some seconds) …")
    made_once(folder, lambda beside: _convert(model, beside, threads))
    replace_forward(model[0].model, _runner(folder, threads))
    release_weights(model[0].model)


def _runner(folder: Path, threads: int) -> Run:
    """What runs the graph of a folder; each thread has a request of its own."""
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": threads,
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": "64",  # touches only matrices whose weights have 8 bits
    }
    compiled = _openvino().Core().compile_model(str(folder / "model.xml"), "CPU", settings)
    own = threading.local()

    def run(input_ids: NDArray[np.int64], attention_mask: NDArray[np.int64]) -> NDArray[np.float32]:
        if not hasattr(own, "request"):
            own.request = compiled.create_infer_request()
        hidden: NDArray[np.float32] = own.request.infer([input_ids, attention_mask])[0].copy()
        return hidden

    return run


def _openvino() -> Any:
    """OpenVINO without its telemetry, which would tell its makers over the network that it was imported."""
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # importing it now fails, as if absent
    import openvino

    return openvino


def _convert(model: Any, folder: Path, threads: int) -> None:
    """Writes the network's graph into a folder: rounded, unless that turns the vectors away from torch's."""
    network = model[0].model
    expected = _vectors(model)
    for rounded in (True, False):
        graph = _traced(network)  # rounding changes it, so each try needs its own
        if rounded:
            _round_weights(graph)
        _openvino().save_model(graph, str(folder / "model.xml"), compress_to_fp16=True)
        torchs = network.forward
        replace_forward(network, _runner(folder, threads))
        try:
            if (_vectors(model) * expected).sum(axis=1).mean() >= LEAST_COSINE:
                return
        finally:
            network.forward = torchs


def _vectors(model: Any) -> NDArray[np.float32]:
    vectors: NDArray[np.float32] = model.encode(list(_PROBES), normalize_embeddings=True, show_progress_bar=False)
    return vectors


def _traced(network: Any) -> Any:
    """The network as OpenVINO's graph, its inputs in the order of `embeddings.graph.INPUTS`."""
    _openvino()
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # OpenVINO traces with torch.jit, which torch 2.13 calls deprecated
        frontend: Any = FrontEndManager().load_by_framework("pytorch")
        decoder = TorchScriptPythonDecoder(traceable(network), example_input=examples())  # must outlive the conversion
        return frontend.convert(frontend.load(decoder))


def _round_weights(graph: Any) -> None:
    """Rounds a graph's weight matrices, and its tables of many rows, to 8 bits in place."""
    from openvino import opset13 as op

    for node in graph.get_ordered_ops():
        kind = node.get_type_name()
        weights = (
            _constant(node.input({"MatMul": 1, "Gather": 0}.get(kind, 0))) if kind in {"MatMul", "Gather"} else None
        )
        if weights is None or weights.ndim != 2:
            continue
        if kind == "MatMul" and node.get_attributes()["transpose_b"]:
            rounded, scale = _rounded(weights)
            product = op.multiply(op.convert(op.constant(rounded), "f32"), op.constant(scale))
            node.input(1).replace_source_output(product.output(0))
        elif kind == "Gather" and len(weights) > _MANY_ROWS:
            rounded, scale = _rounded(weights)
            ids, axis = (node.input(i).get_source_output() for i in (1, 2))
            row, its_scale = (op.gather(op.constant(table), ids, axis) for table in (rounded, scale))
            product = op.multiply(op.convert(row, "f32"), its_scale)
            for target in list(node.output(0).get_target_inputs()):
                target.replace_source_output(product.output(0))


def _constant(place: Any) -> NDArray[np.float32] | None:
    """The numbers that come in at a node's input, where they never change."""
    import numpy as np

    source = place.get_source_output().get_node()
    if source.get_type_name() == "Convert":
        source = source.input(0).get_source_output().get_node()
    if source.get_type_name() != "Constant" or not source.get_element_type().is_real():
        return None
    return np.asarray(source.data, dtype=np.float32)


def _rounded(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Weights of shape (rows, columns) as whole numbers from -127 to 127, and each row's scale, of shape (rows, 1)."""
    import numpy as np

    scale = np.maximum(np.abs(weights).max(axis=1, keepdims=True), 1e-12) / 127
    return np.round(weights / scale).astype(np.int8), scale.astype(np.float32)
