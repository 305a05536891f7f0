"""The peer of bench/text-to-image.ts: diffusers on PyTorch, eager, in float32.

    python bench/text_to_image.py starter FOLDER THREADS    answers {"batch": 4, "steps": 20}, one JSON object a line
    python bench/text_to_image.py step FOLDER THREADS       the same for one denoising step in the shape of Stable Diffusion 1.5

`starter` draws with the weights of an ONNX folder that scripts/export-onnx.py has made. `step` has random weights, and
writes the graph for the other side to FOLDER first. Each answer is {"seconds": ...}.
"""

import importlib.util
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, StableDiffusionPipeline, UNet2DConditionModel
from onnx import numpy_helper
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

SCRIPTS = Path(__file__).parents[1] / "scripts"
SD15 = {"sample_size": 64, "cross_attention_dim": 768, "attention_head_dim": 8}

sys.path.insert(0, str(SCRIPTS))
specification = importlib.util.spec_from_file_location("export_onnx", SCRIPTS / "export-onnx.py")
export_onnx = importlib.util.module_from_spec(specification)
specification.loader.exec_module(export_onnx)
warnings.simplefilter("ignore")


def initializers(path):
    """By the name that the exporter gave, which is the same for the same module."""
    graph = onnx.load(path).graph
    return {tensor.name.removesuffix(".fp16"): numpy_helper.to_array(tensor) for tensor in graph.initializer}


def fill(models, probe, trained):
    """Copies weights out of a graph: `probe` is the same graph of the random models, which tells whose they are."""
    values = {name: array for name, array in initializers(probe).items() if array.dtype == np.float32}
    wanted = initializers(trained)
    parameters = {array.tobytes(): (tensor, turned) for model in models for tensor in model.state_dict().values()
                  for turned in (False, True) for array in [tensor.numpy().T.copy() if turned else tensor.numpy()]}
    found = 0
    for name, array in values.items():
        tensor, turned = parameters.get(array.tobytes(), (None, False))
        if tensor is None:
            continue
        trained_values = torch.from_numpy(wanted[name].astype(np.float32))
        tensor.copy_(trained_values.reshape(tensor.T.shape).T if turned else trained_values.reshape(tensor.shape))
        found += tensor.numel()
    return found


def starter(folder):
    config = lambda name: json.loads((folder / name / "config.json").read_text())
    torch.manual_seed(0)
    unet = UNet2DConditionModel.from_config(config("unet")).eval()
    vae = AutoencoderKL.from_config(config("vae_decoder")).eval()
    text = CLIPTextModel(CLIPTextConfig.from_dict(config("text_encoder"))).float().eval()
    for model in (unet, vae, text):
        for parameter in model.parameters():
            # No two may be alike, or it could not be told whose they are.
            parameter.copy_(torch.randn_like(parameter) * 0.05)
    scheduler = DPMSolverMultistepScheduler.from_config(json.loads((folder / "scheduler/scheduler_config.json").read_text()))
    pipe = StableDiffusionPipeline(vae, text, CLIPTokenizer.from_pretrained(folder / "tokenizer"), unet, scheduler, None, None, requires_safety_checker=False)
    with tempfile.TemporaryDirectory() as work:
        pipe.save_pretrained(work)
        export_onnx.export(Path(work), Path(work) / "onnx")
        count = sum(fill(models, Path(work) / "onnx" / part / "model.onnx", folder / part / "model.onnx")
                    for part, models in (("unet", [unet]), ("vae_decoder", [vae.decoder, vae.post_quant_conv]), ("text_encoder", [text])))
    all_of_them = sum(p.numel() for model in (unet, vae.decoder, vae.post_quant_conv, text) for p in model.parameters())
    assert count == all_of_them, f"{count} of {all_of_them} weights found"
    pipe.set_progress_bar_config(disable=True)
    return lambda ask: pipe(["red apple"] * ask["batch"], num_inference_steps=ask["steps"], guidance_scale=2.0, width=128, height=128).images


def step(folder):
    torch.manual_seed(0)
    unet = UNet2DConditionModel(**SD15).eval()
    if not (folder / "model.onnx").exists():
        export_onnx.export_graph(folder, *export_onnx.unet_part(unet, torch.float32))
    sample, words = torch.randn(2, 4, 64, 64), torch.randn(2, 77, 768)
    return lambda _: unet(sample, 500, words).sample


if __name__ == "__main__":
    kind, folder, threads = sys.argv[1:4]
    torch.set_num_threads(int(threads))
    torch.set_grad_enabled(False)
    run = {"starter": starter, "step": step}[kind](Path(folder))
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        result = run(json.loads(line))
        print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
        if "--save" in sys.argv:
            result[0].save(sys.argv[-1])
