"""Writes what diffusers' schedulers do to packages/image/src/samplers/golden, one file per sampler.

    python3 -m venv venv && venv/bin/pip install -r scripts/golden/requirements.txt
    venv/bin/python scripts/golden/samplers.py

A case holds a scheduler's config, the tables it makes and every fifth sample of a run on a made-up network. The
network, the noise and the picture are formulas that golden.test.ts repeats; noise that a scheduler would draw is
handed in.
"""

import base64
import json
import logging
import math
import warnings
from pathlib import Path

import diffusers
import numpy as np
import torch
from sampler_cases import cases

OUT = Path(__file__).parents[2] / "packages/image/src/samplers/golden"
SHAPE = (1, 4, 2, 2)
INDEX = np.arange(math.prod(SHAPE), dtype=np.float64)

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)


def noise(draw: int) -> torch.Tensor:
    """Draw 0 is the starting noise; draw i + 1 is that of step i."""
    values = 1.4 * np.sin(12.9898 * (INDEX + 1) + 78.233 * (draw + 1))
    return torch.from_numpy(values.astype(np.float32)).reshape(SHAPE)


def picture() -> torch.Tensor:
    return torch.from_numpy((0.8 * np.sin(0.7 * INDEX + 0.3)).astype(np.float32)).reshape(SHAPE)


def network(sample: torch.Tensor, timestep: float) -> torch.Tensor:
    """Any smooth function of sample and timestep will do, as long as it keeps the run bounded."""
    x = sample.double().numpy().ravel()
    y = 0.9 * np.sin(0.8 * x + 0.37 * INDEX) + 0.3 * np.cos(0.011 * timestep + INDEX)
    return torch.from_numpy(y.astype(np.float32)).reshape(SHAPE)


def packed(tensor: torch.Tensor) -> str:
    return base64.b64encode(tensor.to(torch.float32).contiguous().numpy().tobytes()).decode()


def numbers(values) -> list:
    """Shortest decimals that give the same float32; whole numbers stay whole."""
    values = [value.item() for value in values]
    return [value if isinstance(value, int) else float(str(np.float32(value))) for value in values]


def scheduler_of(case):
    """As a pipeline does: the config's own class reads it, then another class takes over what it made of it."""
    config = dict(case["config"])
    own = getattr(diffusers, config["_class_name"])
    scheduler = own.from_config(config)
    return getattr(diffusers, case["class"]).from_config(scheduler.config, **case["settings"])


def timesteps_of(scheduler, options):
    """set_timesteps and the pipelines' get_timesteps."""
    steps, strength = options["steps"], options.get("strength", 1.0)
    if isinstance(scheduler, diffusers.LCMScheduler):
        scheduler.set_timesteps(steps, strength=strength)
        return scheduler.timesteps, 0
    extra = {}
    if "mu" in options:
        extra["mu"] = options["mu"]
    if "flowSigmas" in options:
        scheduler.set_timesteps(sigmas=options["flowSigmas"], **extra)
    else:
        scheduler.set_timesteps(steps, **extra)
    if isinstance(scheduler, diffusers.FlowMatchEulerDiscreteScheduler):
        first = int(max(steps - min(steps * strength, steps), 0))
    else:
        first = max(steps - min(int(steps * strength), steps), 0)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(first)
    return scheduler.timesteps[first:], first


def hand_in_noise(scheduler, draw):
    """Puts our noise where the scheduler's module would draw its own."""
    module = __import__(type(scheduler).__module__, fromlist=["randn_tensor"])
    module.randn_tensor = lambda shape, **_: noise(draw)


def run(case):
    options = case["options"]
    scheduler = scheduler_of(case)
    timesteps, first = timesteps_of(scheduler, options)
    if "strength" in options:
        add = getattr(scheduler, "add_noise", None) or scheduler.scale_noise
        if add.__name__ == "scale_noise":
            sample = add(picture(), timesteps[:1], noise(0))
        else:
            sample = add(picture(), noise(0), timesteps[:1])
    else:
        sample = noise(0) * getattr(scheduler, "init_noise_sigma", 1.0)
    samples = [sample]
    extra = {"eta": options["eta"]} if "eta" in options else {}
    for i, timestep in enumerate(timesteps):
        hand_in_noise(scheduler, i + 1)
        scaled = scheduler.scale_model_input(sample, timestep) if hasattr(scheduler, "scale_model_input") else sample
        sample = scheduler.step(network(scaled, timestep.item()), timestep, sample, **extra).prev_sample
        samples.append(sample)
    if not all(torch.isfinite(sample).all() for sample in samples):
        return None
    tables = {"timesteps": numbers(timesteps)}
    if not isinstance(scheduler, (diffusers.DDIMScheduler, diffusers.LCMScheduler)):
        tables["sigmas"] = numbers(scheduler.sigmas[first:])
    return {
        "name": case["name"],
        "config": case["config"],
        "options": options,
        **tables,
        "samples": {i: packed(sample) for i, sample in enumerate(samples) if i % 5 == 0 or i == len(timesteps)},
    }


def main():
    OUT.mkdir(exist_ok=True)
    for sampler, group in cases().items():
        done = [(case, run(case)) for case in group]
        lost = [case["name"] for case, result in done if result is None]
        kept = [json.dumps(result) for _, result in done if result is not None]
        (OUT / f"{sampler}.json").write_text("[\n" + ",\n".join(kept) + "\n]\n")
        print(f"{sampler}: {len(kept)} cases" + (f"; not finite in diffusers: {', '.join(lost)}" if lost else ""))


if __name__ == "__main__":
    main()
