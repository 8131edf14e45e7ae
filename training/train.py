"""Trains the reader, with checkpoints that a later run goes on from and a log of the loss."""

from __future__ import annotations

import contextlib
import copy
import ctypes
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from reading.windows import Tokenizer
from training.batches import Batch, Windows, batch_of
from training.network import distilled, loss


@dataclass(frozen=True, slots=True)
class Settings:
    """How one stage of the training goes."""

    epochs: float = 3.0
    batch: int = 16  # windows a step
    rate: float = 1.5e-4  # AdamW's highest learning rate
    warm_up: float = 0.06  # share of the steps
    decay: float = 0.01  # of the weights
    frozen: int = 3  # lower layers that stay as they are; the words' embeddings always do
    averaged: float = 0.998  # share of the average of the weights that a step keeps; 0: no average
    size: int = 256  # tokens a window
    taught: float = 0.0  # share of the loss that is the distance from a teacher's scores
    seed: int = 0
    kept_every: int = 200  # steps


def train(
    network: Any,
    windows: Windows,
    tokenizer: Tokenizer,
    settings: Settings,
    folder: Path,
    *,
    teacher: Any = None,
    say: Callable[[str], None] = lambda line: print(line, flush=True),
) -> Any:
    """Trains a network and gives the average of its weights over the last steps.

    `folder` gets `checkpoint.pt`, from which the same call goes on, and `log.jsonl`, the loss of every
    step. On a processor with bfloat16, and on a GPU, the network runs in it; its weights stay float32.
    """
    import torch

    _keep_memory()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    network.to(device).train()
    _freeze(network, settings.frozen)
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=settings.rate, weight_decay=settings.decay)
    plan = _Plan(windows, settings)
    average = copy.deepcopy(network).eval()
    step = _go_on(folder, network, average, optimizer, settings)
    say(f"{plan.steps} steps of {settings.batch} windows on {device}, from step {step}")
    began, first = time.perf_counter(), step
    with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
        try:
            while step < plan.steps:
                batch = _moved(batch_of(plan.rows(step), tokenizer.padding), device)
                rate = _rate(step, plan.steps, settings)
                for group in optimizer.param_groups:
                    group["lr"] = rate
                told = _loss(network, batch, teacher, settings, device)
                optimizer.zero_grad(set_to_none=True)
                told.backward()
                torch.nn.utils.clip_grad_norm_(trained, 1.0)
                optimizer.step()
                step += 1
                _take_in(average, network, min(settings.averaged, step / (step + 10)))
                log.write(json.dumps({"step": step, "loss": round(told.item(), 4), "rate": rate}) + "\n")
                if step % settings.kept_every == 0:
                    _keep(folder, step, network, average, optimizer, settings)
                    log.flush()
                    a_step = (time.perf_counter() - began) / (step - first)
                    left = a_step * (plan.steps - step) / 60
                    say(f"step {step} of {plan.steps}, {a_step:.2f} s a step, {left:.0f} min left")
        finally:
            _keep(folder, step, network, average, optimizer, settings)
    return average


def _keep_memory() -> None:
    """Has glibc keep freed memory: a step frees and asks for gigabytes, and getting them anew took half its time."""
    trim, pad, mappings = -1, -2, -4  # malloc.h
    with contextlib.suppress(OSError, AttributeError):
        glibc = ctypes.CDLL("libc.so.6")
        for name, value in ((mappings, 0), (trim, (1 << 31) - 1), (pad, 1 << 28)):
            glibc.mallopt(name, value)


class _Plan:
    """Which rows each step learns from."""

    def __init__(self, windows: Windows, settings: Settings) -> None:
        self._windows, self._settings = windows, settings
        self._epoch, self._batches = -1, list[Any]()
        self.an_epoch = len(windows.batches(settings.seed, settings.batch))
        self.steps = round(self.an_epoch * settings.epochs)

    def rows(self, step: int) -> Any:
        epoch, place = divmod(step, self.an_epoch)
        if epoch != self._epoch:
            self._batches = self._windows.batches(self._settings.seed + 1000 * epoch, self._settings.batch)
            self._epoch = epoch
        return self._batches[place % len(self._batches)]


def _freeze(network: Any, layers: int) -> None:
    network.encoder.embeddings.word_embeddings.requires_grad_(False)
    if layers:
        network.encoder.embeddings.requires_grad_(False)
    for layer in network.encoder.encoder.layer[:layers]:
        layer.requires_grad_(False)


def _rate(step: int, steps: int, settings: Settings) -> float:
    """The learning rate: up in a line, then down in one to a fiftieth."""
    rising = max(1.0, steps * settings.warm_up)
    falling = max(0.02, (steps - step) / max(1.0, steps - rising))
    return settings.rate * min(1.0, (step + 1) / rising, falling)


def _loss(network: Any, batch: Batch, teacher: Any, settings: Settings, device: Any) -> Any:
    import torch

    inputs = batch.ids, batch.types, batch.mask
    with torch.autocast(device.type, dtype=torch.bfloat16):
        scores = network(*inputs)
    told = loss(scores, batch.places, batch.answers).mean()
    if teacher is None or not settings.taught:
        return told
    with torch.no_grad(), torch.autocast(device.type, dtype=torch.bfloat16):
        wanted = teacher(*inputs)
    return (1 - settings.taught) * told + settings.taught * distilled(scores, wanted, batch.places).mean()


def _moved(batch: Batch, device: Any) -> Batch:
    return Batch(*(getattr(batch, name).to(device) for name in ("ids", "types", "mask", "places", "answers")))


def _take_in(average: Any, network: Any, kept: float) -> None:
    import torch

    with torch.no_grad():
        for old, new in zip(average.parameters(), network.parameters(), strict=True):
            if new.requires_grad:
                old.lerp_(new, 1 - kept)


def _keep(folder: Path, step: int, network: Any, average: Any, optimizer: Any, settings: Settings) -> None:
    import torch

    write(
        folder,
        {
            "step": step,
            "settings": asdict(settings),
            "network": network.state_dict(),
            "average": average.state_dict(),
            "optimizer": optimizer.state_dict(),
            "random": torch.get_rng_state(),
        },
    )


def write(folder: Path, state: Mapping[str, Any]) -> None:
    """Writes a stage's checkpoint, which takes the place of the one before only when it is whole."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / "checkpoint.pt.part"
    torch.save(state, beside)
    os.replace(beside, folder / "checkpoint.pt")


def _go_on(folder: Path, network: Any, average: Any, optimizer: Any, settings: Settings) -> int:
    """Takes up a folder's checkpoint; gives the steps it has gone. 0 without one."""
    import torch

    file = folder / "checkpoint.pt"
    if not file.exists():
        return 0
    state = torch.load(file, map_location="cpu", weights_only=True)
    if state["settings"] != asdict(settings):
        raise SystemExit(f"{file} is of other settings ({state['settings']}); give another --name, or remove it")
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["random"])
    return int(state["step"])
