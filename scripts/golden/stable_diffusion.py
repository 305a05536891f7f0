"""Writes what diffusers' pipelines draw to packages/image/src/families/stable-diffusion/golden.

    venv/bin/python scripts/golden/stable_diffusion.py STARTER

STARTER is the starter model as it was trained, in torch's format; its ONNX export is models/starter/text-to-image.
Random checkpoints of a few hundred KB stand for what it has not: two encoders, guidance embeddings, half precision,
inpainting channels. Everything runs in float32, with the starting noise that the product makes from a seed.
"""

import base64
import importlib.util
import io
import json
import logging
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import diffusers
import numpy as np
import onnx
import tiny_checkpoints
import torch
from diffusers import DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler
from diffusers import pipelines
from PIL import Image, ImageDraw

ROOT = Path(__file__).parents[2]
OUT = ROOT / "packages/image/src/families/stable-diffusion/golden"
SD, XL = pipelines.stable_diffusion, pipelines.stable_diffusion_xl

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

sys.path.insert(0, str(ROOT / "scripts"))
specification = importlib.util.spec_from_file_location("export_onnx", ROOT / "scripts/export-onnx.py")
export_onnx = importlib.util.module_from_spec(specification)
specification.loader.exec_module(export_onnx)


def philox(seed: int, offset: int, count: int) -> np.ndarray:
    """torch's CUDA generator: Philox4x32-10 and Box-Muller."""
    mask = np.uint64(0xFFFFFFFF)
    word = lambda value: np.full(count, value & 0xFFFFFFFF, np.uint64)
    c0, c1, c2, c3 = word(offset), word(0), np.arange(count, dtype=np.uint64), word(0)
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        p0, p1 = c0 * np.uint64(0xD2511F53), c2 * np.uint64(0xCD9E8D57)
        c0, c1, c2, c3 = (p1 >> np.uint64(32)) ^ c1 ^ np.uint64(k0), p1 & mask, (p0 >> np.uint64(32)) ^ c3 ^ np.uint64(k1), p0 & mask
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    u, v = (c0.astype(np.float64) + 0.5) / 2**32, (c1.astype(np.float64) + 0.5) / 2**32 * 2 * np.pi
    return (np.sqrt(-2 * np.log(u)) * np.sin(v)).astype(np.float32)


class Noise:
    """Stands in for every random number: draw d of picture k is Philox with seed + k and offset d."""

    def __init__(self, seed: int):
        self.seed, self.offset = seed, 0

    def __call__(self, shape, **_):
        rows = [philox(self.seed + k, self.offset, int(np.prod(shape[1:]))) for k in range(shape[0])]
        self.offset += 1
        return torch.from_numpy(np.stack(rows)).reshape(shape)


def mean(encoded, **_):
    return encoded.latent_dist.mode()


def modules():
    names = ["pipeline_stable_diffusion", "pipeline_stable_diffusion_img2img", "pipeline_stable_diffusion_inpaint"]
    found = [getattr(SD, name) for name in names]
    found += [XL.pipeline_stable_diffusion_xl, XL.pipeline_stable_diffusion_xl_img2img]
    schedulers = diffusers.schedulers
    found += [schedulers.scheduling_lcm, schedulers.scheduling_euler_ancestral_discrete, schedulers.scheduling_dpmsolver_multistep]
    return found


def hand_in(noise: Noise) -> None:
    for module in modules():
        if hasattr(module, "randn_tensor"):
            module.randn_tensor = noise
        if hasattr(module, "retrieve_latents"):
            module.retrieve_latents = mean


def disc(width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((width // 6, height // 6, width * 5 // 6, height * 5 // 6), fill=(220, 30, 40))
    draw.rectangle((0, height * 3 // 4, width, height), fill=(40, 160, 80))
    return picture


def half_mask(width: int, height: int) -> Image.Image:
    mask = Image.new("L", (width, height), 0)
    ImageDraw.Draw(mask).rectangle((0, 0, width // 2 - 1, height), fill=255)
    return mask


SAMPLERS = {
    "dpmpp-2m": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "use_karras_sigmas": False}),
    "euler": (EulerDiscreteScheduler, {}),
    "euler-ancestral": (EulerAncestralDiscreteScheduler, {}),
}


def long_embedding(pipe, prompt: str) -> torch.Tensor:
    """The prompt in windows that the encoder can read, one behind the other."""
    words = pipe.tokenizer(prompt, add_special_tokens=False).input_ids
    length = pipe.tokenizer.model_max_length
    start, end, pad = pipe.tokenizer.bos_token_id, pipe.tokenizer.eos_token_id, pipe.tokenizer.pad_token_id
    parts = []
    for at in range(0, len(words), length - 2):
        window = [start, *words[at : at + length - 2], end]
        window += [pad] * (length - len(window))
        parts.append(pipe.text_encoder(torch.tensor([window]))[0])
    return torch.cat(parts, dim=1)


def words_of(pipe, case) -> dict:
    asked = case["input"]
    n, negative = asked.get("n", 1), asked.get("negative_prompt")
    if not case.get("long"):
        return {"prompt": [asked["prompt"]] * n, "negative_prompt": [negative] * n if negative else None}
    positive = long_embedding(pipe, asked["prompt"])
    empty = pipe.text_encoder(pipe.tokenizer([""], padding="max_length", return_tensors="pt").input_ids)[0]
    windows = positive.shape[1] // empty.shape[1]
    return {"prompt_embeds": positive, "negative_prompt_embeds": empty.repeat(1, windows, 1)}


def draw(pipe, case) -> dict:
    """Runs one case; latents as the pipeline leaves them and pixels of the decoded pictures."""
    asked = case["input"]
    if "sampler" in asked:
        cls, extra = SAMPLERS[asked["sampler"]]
        pipe.register_modules(scheduler=cls.from_config(pipe.scheduler.config, **extra))
    noise = Noise(asked["seed"])
    hand_in(noise)
    options = words_of(pipe, case) | {"num_inference_steps": asked["steps"], "guidance_scale": asked["guidance_scale"], "output_type": "latent"}
    if case["task"] == "text-to-image":
        latents = pipe(width=asked["width"], height=asked["height"], **options).images
    else:
        latents = from_picture(pipe, case, options)
    scaling, shift = pipe.vae.config.scaling_factor, pipe.vae.config.shift_factor or 0
    with torch.no_grad():
        # diffusers' Stable Diffusion pipelines know no shift; models that have one are decoded as its newer ones do.
        pixels = pipe.vae.decode(latents / scaling + shift).sample
    return {"latents": latents, "pixels": ((pixels.clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)}


def from_picture(pipe, case, options):
    asked = case["input"]
    picture = disc(asked["width"], asked["height"])
    options["strength"] = asked["strength"]
    if "mask" in asked:
        cls = diffusers.StableDiffusionInpaintPipeline
        again = cls(**{k: v for k, v in pipe.components.items() if k not in ("image_encoder",)}, requires_safety_checker=False)
        return again(image=picture, mask_image=half_mask(*picture.size), width=asked["width"], height=asked["height"], **options).images
    xl = isinstance(pipe, diffusers.StableDiffusionXLPipeline)
    cls = diffusers.StableDiffusionXLImg2ImgPipeline if xl else diffusers.StableDiffusionImg2ImgPipeline
    extra = {"add_watermarker": False} if xl else {"requires_safety_checker": False}
    again = cls(**{k: v for k, v in pipe.components.items() if k != "image_encoder"}, **extra)
    tensor = torch.from_numpy(np.asarray(picture)).permute(2, 0, 1)[None].float() / 127.5 - 1
    with torch.no_grad():
        latents = (pipe.vae.encode(tensor).latent_dist.mode() - (pipe.vae.config.shift_factor or 0)) * pipe.vae.config.scaling_factor
    return again(image=latents, **options).images


def packed(values: torch.Tensor) -> str:
    return base64.b64encode(values.contiguous().numpy().tobytes()).decode()


def png(picture: torch.Tensor) -> str:
    file = io.BytesIO()
    Image.fromarray(picture.permute(1, 2, 0).numpy()).save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def slim(path: Path) -> None:
    """Leaves out names and notes that only people read; tests need the graph alone."""
    model = onnx.load(path)
    for tensor in [*model.graph.node, *model.graph.input, *model.graph.output]:
        tensor.doc_string = ""
    del model.graph.value_info[:]
    kept = {value.name for value in [*model.graph.input, *model.graph.output]}
    short: dict[str, str] = {"": ""}
    rename = lambda name: name if name in kept else short.setdefault(name, f"t{len(short)}")
    for node in model.graph.node:
        node.name = ""
        del node.metadata_props[:]
        node.input[:] = [rename(name) for name in node.input]
        node.output[:] = [rename(name) for name in node.output]
    for tensor in model.graph.initializer:
        tensor.name = rename(tensor.name)
    onnx.save(model, path)


def export_tiny(source: Path, target: Path, weights: str) -> None:
    shutil.rmtree(target, ignore_errors=True)
    export_onnx.export(source, target, weights)
    for path in target.glob("*/model.onnx"):
        slim(path)


def external(target: Path) -> None:
    """Weights beside the graph, as models of more than 2 GB have them."""
    path = target / "unet/model.onnx"
    model = onnx.load(path)
    onnx.save(model, path, save_as_external_data=True, all_tensors_to_one_file=True, location="model.onnx_data", size_threshold=256)


def whole_timesteps(target: Path) -> None:
    """A denoiser that takes whole timesteps, as optimum exports it."""
    path = target / "unet/model.onnx"
    model = onnx.load(path)
    declared = next(value for value in model.graph.input if value.name == "timestep")
    declared.type.tensor_type.elem_type = onnx.TensorProto.INT64
    for node in model.graph.node:
        node.input[:] = ["timestep_as_float" if name == "timestep" else name for name in node.input]
    model.graph.node.insert(0, onnx.helper.make_node("Cast", ["timestep"], ["timestep_as_float"], to=onnx.TensorProto.FLOAT))
    onnx.save(model, path)


SIZE = {"width": 128, "height": 128}
TINY = {"width": 64, "height": 64, "seed": 5, "steps": 4, "guidance_scale": 3.0}
XL_SIZE = {"width": 64, "height": 80}
LONG = "red apple and green apple and yellow apple and blue sun and red heart and green leaf and orange cat and red car and blue fish and green frog"

CASES = [
    {"name": "starter", "checkpoint": "starter", "task": "text-to-image", "input": {"prompt": "red apple", "seed": 0, "steps": 20, "guidance_scale": 2.0, "sampler": "dpmpp-2m", **SIZE}},
    {"name": "starter-batch", "checkpoint": "starter", "task": "text-to-image", "input": {"prompt": "fish", "negative_prompt": "blue", "n": 2, "seed": 7, "steps": 8, "guidance_scale": 3.5, "sampler": "euler", **SIZE}},
    {"name": "starter-one-pass", "checkpoint": "starter", "task": "text-to-image", "input": {"prompt": "sun", "seed": 3, "steps": 6, "guidance_scale": 1.0, "sampler": "dpmpp-2m", "width": 160, "height": 96}},
    {"name": "starter-ancestral", "checkpoint": "starter", "task": "text-to-image", "input": {"prompt": "tree", "n": 2, "seed": 11, "steps": 6, "guidance_scale": 2.0, "sampler": "euler-ancestral", **SIZE}},
    {"name": "starter-long", "checkpoint": "starter", "task": "text-to-image", "long": True, "input": {"prompt": LONG, "seed": 2, "steps": 6, "guidance_scale": 2.0, "sampler": "dpmpp-2m", **SIZE}},
    {"name": "starter-from-picture", "checkpoint": "starter", "task": "image-to-image", "input": {"prompt": "green apple", "seed": 4, "steps": 10, "strength": 0.6, "guidance_scale": 2.0, "sampler": "dpmpp-2m", **SIZE}},
    {"name": "starter-inpaint", "checkpoint": "starter", "task": "image-to-image", "input": {"prompt": "sun", "mask": True, "seed": 5, "steps": 10, "strength": 0.8, "guidance_scale": 2.0, "sampler": "dpmpp-2m", **SIZE}},
    {"name": "starter-inpaint-anew", "checkpoint": "starter", "task": "image-to-image", "input": {"prompt": "sun", "mask": True, "n": 2, "seed": 6, "steps": 6, "strength": 1.0, "guidance_scale": 2.0, "sampler": "euler", **SIZE}},
    {"name": "plain", "checkpoint": "plain", "task": "text-to-image", "input": {"prompt": "red cat", "sampler": "dpmpp-2m", **TINY}},
    {"name": "plain-fp16", "checkpoint": "plain-fp16", "of": "plain", "task": "text-to-image", "tolerance": 0.02, "input": {"prompt": "red cat", "sampler": "dpmpp-2m", **TINY}},
    {"name": "sdxl", "checkpoint": "sdxl", "task": "text-to-image", "input": {"prompt": "red box", "n": 2, **TINY, **XL_SIZE}},
    {"name": "sdxl-negative", "checkpoint": "sdxl", "task": "text-to-image", "input": {"prompt": "red box", "negative_prompt": "cat", **TINY, **XL_SIZE}},
    {"name": "sdxl-from-picture", "checkpoint": "sdxl", "task": "image-to-image", "input": {"prompt": "red box", "strength": 0.75, **TINY, **XL_SIZE}},
    {"name": "lcm", "checkpoint": "lcm", "task": "text-to-image", "input": {"prompt": "red cat", "n": 2, **TINY, "guidance_scale": 8.5}},
    {"name": "inpainting", "checkpoint": "inpainting", "task": "image-to-image", "input": {"prompt": "box", "mask": True, "strength": 1.0, "sampler": "dpmpp-2m", **TINY}},
]


def checkpoints(starter: Path, work: Path) -> dict:
    sources = {"starter": starter}
    for kind in tiny_checkpoints.makers:
        tiny_checkpoints.make(kind, work / kind)
        sources[kind] = work / kind
        export_tiny(work / kind, OUT / kind, "stored-fp16")
    export_tiny(work / "plain", OUT / "plain-fp16", "fp16")
    external(OUT / "sdxl")
    whole_timesteps(OUT / "plain")
    return sources


def main() -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as work:
        sources = checkpoints(Path(sys.argv[1]), Path(work))
        results = []
        for case in CASES:
            source = sources[case.get("of", case["checkpoint"])]
            index = json.loads((source / "model_index.json").read_text())
            pipe = getattr(diffusers, index["_class_name"]).from_pretrained(source, torch_dtype=torch.float32)
            pipe.set_progress_bar_config(disable=True)
            drawn = draw(pipe, case)
            shown = {key: value for key, value in case.items() if key not in ("of", "long")}
            results.append(shown | {"latents": packed(drawn["latents"].float()), "pictures": [png(picture) for picture in drawn["pixels"]]})
            print(case["name"], tuple(drawn["latents"].shape), float(drawn["latents"].abs().max()))
    versions = {"diffusers": diffusers.__version__, "torch": torch.__version__}
    (OUT / "pictures.json").write_text(json.dumps({"versions": versions, "cases": results}, indent=1) + "\n")
    for width, height in ((128, 128), (64, 64), (64, 80)):
        disc(width, height).save(OUT / f"picture-{width}x{height}.png")
    half_mask(128, 128).save(OUT / "mask.png")


main()
