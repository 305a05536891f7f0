"""Exports a diffusers folder (Stable Diffusion 1.x/2.x, SDXL, latent consistency) to ONNX in optimum's layout.

    python scripts/export-onnx.py SOURCE TARGET [--weights fp32|stored-fp16|fp16] [--check]

  fp32         weights and computation in float32
  stored-fp16  weights as float16 behind Cast nodes, computation in float32: half the size, runs the same on every
               device. Only weights that survive the round trip exactly are stored so, the results do not change
  fp16         weights and computation in float16, for devices that compute in it; the VAE stays in float32

--check compares every graph with its torch module and prints the largest differences.
Needs torch 2.13.0, diffusers 0.42.1, transformers 5.23.0, onnx 1.23.2; --check also onnxruntime and numpy.
"""
import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from export_graphs import CONTRIB, shortened
from onnx import TensorProto, helper, numpy_helper
from transformers import CLIPTextModel, CLIPTextModelWithProjection

OPSET = 18
BATCH, HEIGHT, WIDTH, TOKENS = "batch_size", "height", "width", "sequence_length"
TEXT_CLASSES = {"CLIPTextModel": CLIPTextModel, "CLIPTextModelWithProjection": CLIPTextModelWithProjection}


class TextEncoder(torch.nn.Module):
    """Outputs as optimum names them. Hidden states are there for models that condition on an inner layer (SDXL)."""

    inputs = ["input_ids"]

    def __init__(self, model, hidden_states):
        super().__init__()
        self.model, self.hidden_states = model, hidden_states
        projected = isinstance(model, CLIPTextModelWithProjection)
        self.outputs = ["text_embeds", "last_hidden_state"] if projected else ["last_hidden_state", "pooler_output"]
        if hidden_states:
            self.outputs += [f"hidden_states.{i}" for i in range(model.config.num_hidden_layers + 1)]

    def forward(self, input_ids):
        out = self.model(input_ids, output_hidden_states=self.hidden_states)
        results = tuple(getattr(out, name) for name in self.outputs if "." not in name)
        return results + tuple(out.hidden_states) if self.hidden_states else results


class UNet(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model
        self.sdxl = model.config.addition_embed_type == "text_time"
        self.guided = model.config.time_cond_proj_dim is not None
        self.inputs = ["sample", "timestep", "encoder_hidden_states"]
        self.inputs += ["text_embeds", "time_ids"] if self.sdxl else []
        self.inputs += ["timestep_cond"] if self.guided else []

    def forward(self, sample, timestep, encoder_hidden_states, *rest):
        rest = list(rest)
        added = {"text_embeds": rest.pop(0), "time_ids": rest.pop(0)} if self.sdxl else None
        guidance = rest.pop(0) if self.guided else None
        return self.model(sample, timestep, encoder_hidden_states, timestep_cond=guidance, added_cond_kwargs=added).sample


class Decoder(torch.nn.Module):
    inputs = ["latent_sample"]

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, latent_sample):
        return self.model.decode(latent_sample).sample


class Encoder(torch.nn.Module):
    """Mean and log variance of the latent distribution, one behind the other along the channels."""

    inputs = ["sample"]

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, sample):
        return self.model.encode(sample).latent_dist.parameters


def load(source, dtype):
    """The parts of a diffusers folder: graph name -> (module, example inputs, input dims, output dims)."""
    index = json.loads((source / "model_index.json").read_text())
    unet = UNet2DConditionModel.from_pretrained(source / "unet", torch_dtype=dtype).eval()
    vae = AutoencoderKL.from_pretrained(source / "vae", torch_dtype=torch.float32).eval()
    parts = {}
    for name in ("text_encoder", "text_encoder_2"):
        if index.get(name, [None])[0] is None:
            continue
        cls = TEXT_CLASSES[index[name][1]]
        model = cls.from_pretrained(source / name, torch_dtype=dtype).eval()
        module = TextEncoder(model, unet.config.addition_embed_type == "text_time")
        ids = torch.ones(2, model.config.max_position_embeddings, dtype=torch.int64)
        parts[name] = (module, (ids,), {"input_ids": {0: BATCH, 1: TOKENS}}, module.outputs, {})
    parts["unet"] = unet_part(unet, dtype)
    size = unet.config.sample_size
    pixels = size * 2 ** (len(vae.config.block_out_channels) - 1)
    grid = {0: BATCH, 2: HEIGHT, 3: WIDTH}
    latents, picture = torch.randn(2, vae.config.latent_channels, size, size), torch.randn(2, 3, pixels, pixels)
    parts["vae_decoder"] = (Decoder(vae), (latents,), {"latent_sample": grid}, ["sample"], {"sample": grid})
    parts["vae_encoder"] = (Encoder(vae), (picture,), {"sample": grid}, ["latent_parameters"], {"latent_parameters": grid})
    return index, parts


def unet_part(unet, dtype):
    config, module = unet.config, UNet(unet)
    size, width = config.sample_size, config.cross_attention_dim
    # A timestep with a fraction, because some samplers have such steps.
    timestep = torch.tensor([1.0], dtype=dtype)
    inputs = [torch.randn(2, config.in_channels, size, size, dtype=dtype), timestep, torch.randn(2, 7, width, dtype=dtype)]
    dims = {"sample": {0: BATCH, 2: HEIGHT, 3: WIDTH}, "encoder_hidden_states": {0: BATCH, 1: TOKENS}}
    if module.sdxl:
        pooled = config.projection_class_embeddings_input_dim - 6 * config.addition_time_embed_dim
        inputs += [torch.randn(2, pooled, dtype=dtype), torch.ones(2, 6, dtype=dtype)]
        dims |= {"text_embeds": {0: BATCH}, "time_ids": {0: BATCH}}
    if module.guided:
        inputs.append(torch.randn(2, config.time_cond_proj_dim, dtype=dtype))
        dims["timestep_cond"] = {0: BATCH}
    return module, tuple(inputs), dims, ["out_sample"], {"out_sample": {0: BATCH, 2: HEIGHT, 3: WIDTH}}


def store_as_fp16(path):
    """Keeps float32 weights as float16 where that loses nothing; a Cast gives them back."""
    model = onnx.load(path)
    kept, casts = [], []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if tensor.data_type != TensorProto.FLOAT or values.size < 64 or not np.array_equal(half.astype(np.float32), values):
            kept.append(tensor)
            continue
        kept.append(numpy_helper.from_array(half, tensor.name + ".fp16"))
        casts.append(helper.make_node("Cast", [tensor.name + ".fp16"], [tensor.name], to=TensorProto.FLOAT))
    nodes = list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(casts + nodes)
    onnx.save(model, path)


def gather_weights(path):
    """Graphs over 2 GB are written with a file per weight; one file holds them all, as optimum has it."""
    loose = [file for file in path.parent.iterdir() if file.name not in ("model.onnx", "config.json")]
    if not loose:
        return
    model = onnx.load(path)
    for file in loose:
        file.unlink()
    onnx.save(model, path, save_as_external_data=True, all_tensors_to_one_file=True, location="model.onnx_data", size_threshold=1024)


def export_graph(folder, module, inputs, dims, outputs, output_dims, stored_as_fp16=False):
    """One part's graph, with its weights in it or, over 2 GB, beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    axes = dims | {output: {0: BATCH} for output in outputs} | output_dims
    with torch.no_grad(), shortened(module):
        torch.onnx.export(
            module, inputs, str(path), input_names=module.inputs, output_names=outputs, dynamic_axes=axes, opset_version=OPSET, dynamo=False,
            custom_opsets=CONTRIB,
        )
    if stored_as_fp16:
        store_as_fp16(path)
    gather_weights(path)
    return path


def export(source, target, weights="fp32", check=False):
    dtype = torch.float16 if weights == "fp16" else torch.float32
    torch.manual_seed(0)
    index, parts = load(source, dtype)
    for name, (module, inputs, dims, outputs, output_dims) in parts.items():
        path = export_graph(target / name, module, inputs, dims, outputs, output_dims, weights == "stored-fp16")
        if check:
            compare(name, path, module, inputs)
        folder = "vae" if name.startswith("vae") else name
        shutil.copyfile(source / folder / "config.json", target / name / "config.json")
    for folder in ("tokenizer", "tokenizer_2"):
        if (source / folder).exists():
            shutil.copytree(source / folder, target / folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    write_scheduler(source, target)
    write_index(index, parts, target)


def write_scheduler(source, target):
    """diffusers writes infinite defaults as a bare -Infinity, which is not JSON: they are left out."""
    config = json.loads((source / "scheduler" / "scheduler_config.json").read_text())
    finite = {key: value for key, value in config.items() if not (isinstance(value, float) and not np.isfinite(value))}
    (target / "scheduler").mkdir(parents=True, exist_ok=True)
    (target / "scheduler" / "scheduler_config.json").write_text(json.dumps(finite, indent=2) + "\n")


def write_index(index, parts, target):
    exported = {key: value for key, value in index.items() if key not in parts and key != "vae"}
    exported |= {name: ["diffusers", "OnnxRuntimeModel"] for name in parts}
    (target / "model_index.json").write_text(json.dumps(exported, indent=2) + "\n")


def compare(name, path, module, inputs):
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    with torch.no_grad():
        expected = module(*inputs)
    expected = expected if isinstance(expected, tuple) else (expected,)
    got = session.run(None, dict(zip(module.inputs, (value.numpy() for value in inputs))))
    worst = max(float(np.abs(a.float().numpy() - b.astype(np.float32)).max()) for a, b in zip(expected, got))
    size = sum(file.stat().st_size for file in path.parent.glob("model.onnx*"))
    print(f"{name}: {size / 1e6:.1f} MB, largest difference to torch {worst:.2g}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--weights", choices=["fp32", "stored-fp16", "fp16"], default="fp32")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    export(arguments.source, arguments.target, arguments.weights, arguments.check)
