"""Which configs and options every sampler is tried with."""

from itertools import product

SPACINGS = ("linspace", "leading", "trailing")
PREDICTIONS = ("epsilon", "v_prediction", "sample")

LATENT = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}

TRAINED_BETAS = [0.0001 * (i + 1) for i in range(100)]

# What published checkpoints carry.
SD15 = {
    "_class_name": "PNDMScheduler",
    **LATENT,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "trained_betas": None,
    "clip_sample": False,
}
SDXL = {
    "_class_name": "EulerDiscreteScheduler",
    **LATENT,
    "clip_sample": False,
    "interpolation_type": "linear",
    "prediction_type": "epsilon",
    "sample_max_value": 1.0,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "timestep_spacing": "leading",
    "trained_betas": None,
    "use_karras_sigmas": False,
}
TURBO = {**SDXL, "timestep_spacing": "trailing"}
SD21 = {
    "_class_name": "DDIMScheduler",
    **LATENT,
    "clip_sample": False,
    "prediction_type": "v_prediction",
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "trained_betas": None,
}
LCM = {
    "_class_name": "LCMScheduler",
    **LATENT,
    "clip_sample": False,
    "clip_sample_range": 1.0,
    "dynamic_thresholding_ratio": 0.995,
    "original_inference_steps": 50,
    "prediction_type": "epsilon",
    "rescale_betas_zero_snr": False,
    "sample_max_value": 1.0,
    "set_alpha_to_one": True,
    "steps_offset": 1,
    "thresholding": False,
    "timestep_scaling": 10.0,
    "timestep_spacing": "leading",
    "trained_betas": None,
}
SD3 = {"_class_name": "FlowMatchEulerDiscreteScheduler", "num_train_timesteps": 1000, "shift": 3.0}
FLUX = {
    **SD3,
    "base_image_seq_len": 256,
    "base_shift": 0.5,
    "max_image_seq_len": 4096,
    "max_shift": 1.15,
    "use_dynamic_shifting": True,
}

MODELS = {"SD 1.5": SD15, "SDXL": SDXL, "Turbo": TURBO, "SD 2.1": SD21, "LCM": LCM}


def case(kind, name, config, settings=None, **options):
    return {
        "name": name,
        "class": kind,
        "settings": settings or {},
        "config": {"_class_name": kind, **config},
        "options": {"steps": 20, **options},
    }


def diffusion(kind, settings=None, predictions=PREDICTIONS, extras=(), base=LATENT):
    """Every prediction, spacing and terminal SNR; starts inside the schedule; few and odd numbers of steps."""
    grid = [
        case(
            kind,
            f"{prediction} {spacing}{' zero-snr' if zero else ''}",
            {
                **base,
                "prediction_type": prediction,
                "timestep_spacing": spacing,
                **({"rescale_betas_zero_snr": True} if zero else {}),
            },
            settings,
        )
        for prediction, spacing, zero in product(predictions, SPACINGS, (False, True))
    ]
    models = [case(kind, name, config, settings, steps=8) for name, config in MODELS.items()]
    starts = [
        case(kind, f"{spacing} strength {strength}", {**base, "timestep_spacing": spacing}, settings, strength=strength)
        for spacing, strength in product(SPACINGS, (0.3, 0.78, 1.0))
    ]
    counts = [
        case(kind, f"{spacing} {steps} steps", {**base, "timestep_spacing": spacing}, settings, steps=steps)
        for spacing, steps in product(SPACINGS, (1, 2, 7, 30))
    ]
    betas = [
        case(kind, "linear betas", {}, settings),
        case(kind, "cosine betas", {"beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction"}, settings),
        case(
            kind,
            "trained betas",
            {"trained_betas": TRAINED_BETAS, "num_train_timesteps": len(TRAINED_BETAS)},
            settings,
        ),
        case(kind, "other length", {"beta_start": 0.0015, "beta_end": 0.0195, "num_train_timesteps": 777}, settings),
        case(kind, "offset", {**base, "timestep_spacing": "leading", "steps_offset": 1}, settings),
    ]
    tuned = [
        case(kind, " ".join(f"{key}={value}" for key, value in extra.items()), {**base, **extra}, settings, **options)
        for extra, options in extras
    ]
    return grid + models + starts + counts + betas + tuned


def with_counts(*extras):
    return [(extra, {"steps": steps}) for extra, steps in product(extras, (10, 20))]


CURVES = ({"use_karras_sigmas": True}, {"use_exponential_sigmas": True}, {"use_beta_sigmas": True})
SIGMA_MIN = {"final_sigmas_type": "sigma_min"}


def solver_extras(curves):
    return with_counts(
        *curves,
        *({**curve, **SIGMA_MIN} for curve in curves),
        {"lower_order_final": False},
        {**SIGMA_MIN, "lower_order_final": False},
        SIGMA_MIN,
    )


def dpm(settings, curves):
    kind = "DPMSolverMultistepScheduler"
    return diffusion(
        kind,
        settings,
        extras=[
            *solver_extras(curves),
            *with_counts(
                {"euler_at_final": True, **SIGMA_MIN},
                {"solver_type": "heun"},
                {"solver_type": "heun", **SIGMA_MIN},
                {"lambda_min_clipped": -5.1, "beta_schedule": "squaredcos_cap_v2"},
            ),
        ],
    )


def flow_solver(kind, settings):
    config = {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}
    return [
        case(kind, f"flow shift {shift} {steps} steps", {**config, "flow_shift": shift}, settings, steps=steps)
        for shift, steps in product((1.0, 3.0), (4, 20))
    ] + [case(kind, "flow strength 0.6", {**config, "flow_shift": 3.0}, settings, strength=0.6)]


def unipc_extras():
    orders = ({"solver_order": order, "solver_type": kind} for order, kind in product((1, 2, 3), ("bh1", "bh2")))
    return [
        *solver_extras(CURVES),
        *with_counts(
            *({**order, **SIGMA_MIN} for order in orders),
            {"solver_order": 3},
            {"disable_corrector": [0, 1, 5]},
            {"use_karras_sigmas": True, "sigma_min": 0.05, "sigma_max": 12.0},
        ),
        ({"disable_corrector": [11]}, {"strength": 0.5}),
    ]


def flow_unipc():
    kind = "UniPCMultistepScheduler"
    config = {"use_flow_sigmas": True, "prediction_type": "flow_prediction"}
    return flow_solver(kind, {}) + [
        case(kind, "flow sigma_min", {**config, **SIGMA_MIN}),
        case(kind, "flow shifted by size", {**config, "use_dynamic_shifting": True}, mu=0.8),
        case(kind, "flow terminal", {**config, "flow_shift": 3.0, "shift_terminal": 0.02}),
    ]


def lcm():
    kind = "LCMScheduler"
    grid = [
        case(
            kind,
            f"{prediction} {steps} steps{' zero-snr' if zero else ''}",
            {"prediction_type": prediction, "rescale_betas_zero_snr": zero},
            steps=steps,
        )
        for prediction, steps, zero in product(PREDICTIONS, (1, 2, 4, 8, 20, 50), (False, True))
    ]
    starts = [
        case(kind, f"strength {strength}", {}, steps=4, strength=strength) for strength in (0.1, 0.35, 0.5, 0.8, 1.0)
    ]
    models = [case(kind, name, config, steps=4) for name, config in MODELS.items()]
    tuned = [
        case(kind, "clipped", {"clip_sample": True, "clip_sample_range": 0.8}, steps=6),
        case(kind, "other distillation", {"original_inference_steps": 30, "timestep_scaling": 5.0}, steps=7),
        case(kind, "small timesteps", {"timestep_scaling": 0.005}, steps=5),
        case(kind, "cosine betas", {"beta_schedule": "squaredcos_cap_v2"}, steps=4),
    ]
    return grid + starts + models + tuned


def flow_match():
    kind = "FlowMatchEulerDiscreteScheduler"
    shifts = [
        case(kind, f"shift {shift} {steps} steps", {"shift": shift}, steps=steps)
        for shift, steps in product((1.0, 1.15, 3.0, 6.0), (1, 4, 20, 28))
    ]
    starts = [case(kind, f"strength {strength}", SD3, steps=28, strength=strength) for strength in (0.3, 0.6, 1.0)]
    dynamic = [
        case(kind, f"{shape} mu {mu}", {**FLUX, "time_shift_type": shape}, mu=mu)
        for shape, mu in product(("exponential", "linear"), (0.5, 1.15))
    ]
    levels = [(20 - i) / 20 for i in range(20)]
    tuned = [
        case(kind, "levels handed in", FLUX, mu=0.9, flowSigmas=levels),
        case(kind, "levels handed in, constant shift", SD3, flowSigmas=levels),
        case(kind, "terminal", {**FLUX, "shift_terminal": 0.02}, mu=0.7),
        case(kind, "stochastic", {**SD3, "stochastic_sampling": True}),
        case(kind, "other length", {"num_train_timesteps": 500, "shift": 2.0}),
        *(case(kind, f"{key}", {**SD3, key: True}) for curve in CURVES for key in curve),
    ]
    return shifts + starts + dynamic + tuned


def cases():
    two_m = {"algorithm_type": "dpmsolver++", "solver_order": 2, "use_karras_sigmas": False}
    karras = {**two_m, "use_karras_sigmas": True}
    sde = {"algorithm_type": "sde-dpmsolver++", "solver_order": 2}
    solver = "DPMSolverMultistepScheduler"
    return {
        "euler": diffusion(
            "EulerDiscreteScheduler",
            extras=[
                *with_counts(*CURVES, *({**curve, **SIGMA_MIN} for curve in CURVES), SIGMA_MIN),
                *with_counts({"use_karras_sigmas": True, "sigma_min": 0.05, "sigma_max": 12.0}),
                *with_counts({"timestep_type": "continuous", "prediction_type": "v_prediction"}),
            ],
        ),
        "euler-ancestral": diffusion("EulerAncestralDiscreteScheduler", predictions=PREDICTIONS[:2]),
        "dpmpp-2m": dpm(two_m, CURVES[1:]) + flow_solver(solver, two_m),
        "dpmpp-2m-karras": dpm(karras, ()),
        "dpmpp-2m-sde": dpm(sde, CURVES) + flow_solver(solver, sde),
        "ddim": diffusion(
            "DDIMScheduler",
            extras=[
                *with_counts(
                    {"set_alpha_to_one": False},
                    {"clip_sample": True},
                    {"clip_sample": True, "clip_sample_range": 0.5},
                ),
                ({"timestep_spacing": "trailing"}, {"eta": 0.7}),
                ({"prediction_type": "v_prediction"}, {"eta": 1.0}),
            ],
            base={**LATENT, "clip_sample": False},
        ),
        "unipc": diffusion("UniPCMultistepScheduler", extras=unipc_extras()) + flow_unipc(),
        "lcm": lcm(),
        "flow-match-euler": flow_match(),
    }
