"""Does with the package webuiapi what its users do, and prints what came of it as one line of JSON.

Called as: webuiapi-client.py HOST PORT [KEY]
"""

import json
import sys
import threading

import webuiapi
from PIL import Image, ImageDraw


def main(host: str, port: str, key: str | None) -> dict:
    login = {"username": "anybody", "password": key} if key else {}
    api = webuiapi.WebUIApi(host=host, port=int(port), sampler="Euler a", steps=4, **login)
    found = {
        "models": api.util_get_model_names(),
        "current": api.util_get_current_model(),
        "samplers": api.util_get_sampler_names(),
        "schedulers": api.util_get_scheduler_names(),
        "lists": [
            api.get_cmd_flags(),
            api.get_sd_vae(),
            api.get_upscalers(),
            api.get_latent_upscale_modes(),
            api.get_loras(),
            api.get_hypernetworks(),
            api.get_face_restorers(),
            api.get_realesrgan_models(),
            api.get_prompt_styles(),
            api.get_scripts(),
            api.get_embeddings(),
            api.get_memory(),
            api.controlnet_model_list(),
        ],
        "refreshed": api.refresh_checkpoints(),
    }
    api.util_set_model(found["current"])

    drawn = api.txt2img(prompt="red apple", negative_prompt="blue", seed=1003, width=128, height=128, batch_size=2)
    found["drawn"] = {
        "sizes": [image.size for image in drawn.images],
        "seeds": drawn.info["all_seeds"],
        "text": drawn.image.info.get("parameters"),
        "infotexts": drawn.info["infotexts"],
    }
    again = api.txt2img(prompt="red apple", negative_prompt="blue", seed=1003, width=128, height=128)
    found["same"] = again.image.tobytes() == drawn.images[0].tobytes()

    changed = api.img2img(images=[drawn.image], prompt="sun", seed=5, width=128, height=128, denoising_strength=0.6)
    found["changed"] = {"size": changed.image.size, "strength": changed.info["denoising_strength"]}

    mask = Image.new("L", drawn.image.size, 0)
    ImageDraw.Draw(mask).rectangle((40, 40, 90, 90), fill=255)
    options = {"images": [drawn.image], "prompt": "sun", "seed": 5, "width": 128, "height": 128, "mask_blur": 2}
    inpainted = {}
    for name, whole in (("area", False), ("whole", True)):
        result = api.img2img(mask_image=mask, inpaint_full_res=not whole, inpainting_fill=1, **options)
        before, after = drawn.image.convert("RGB"), result.image.convert("RGB")
        inpainted[name] = {
            "size": result.image.size,
            "corner_kept": before.crop((0, 0, 20, 128)).tobytes() == after.crop((0, 0, 20, 128)).tobytes(),
            "middle_changed": before.crop((50, 50, 80, 80)).tobytes() != after.crop((50, 50, 80, 80)).tobytes(),
        }
    found["inpainted"] = inpainted

    found["png_info"] = api.png_info(drawn.image).info
    enlarged = api.extra_single_image(image=drawn.image, upscaler_1="Lanczos", upscaling_resize=2)
    found["enlarged"] = enlarged.image.size

    hires = api.txt2img(prompt="sun", seed=3, width=128, height=128, enable_hr=True, hr_scale=1.5)
    found["hires"] = hires.image.size

    found["idle"] = api.get_progress()
    found["progress"], found["interrupted_images"] = interrupt_long_one(api)
    api.util_wait_for_ready(check_interval=0.1)
    try:
        api.txt2img(prompt="x", tiling=True)
    except RuntimeError as error:
        found["refused"] = [error.args[0], json.loads(error.args[1])["detail"]]
    return found


def interrupt_long_one(api: webuiapi.WebUIApi) -> tuple[dict, int]:
    """Draws something long and interrupts it as soon as its progress shows a picture."""
    result = {}

    def draw() -> None:
        result["images"] = api.txt2img(prompt="long", steps=150, width=128, height=128, batch_size=8).images

    thread = threading.Thread(target=draw)
    thread.start()
    progress = api.get_progress()
    while thread.is_alive() and not (progress["current_image"] and progress["state"]["sampling_step"]):
        progress = api.get_progress()
    api.interrupt()
    thread.join()
    progress["current_image"] = bool(progress["current_image"])
    return progress, len(result["images"])


if __name__ == "__main__":
    words = sys.argv[1:]
    print(json.dumps(main(words[0], words[1], words[2] if len(words) > 2 else None)))
