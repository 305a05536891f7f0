"""Makes diffusers' modules trace into short graphs that onnxruntime computes fast.

Traced as they are, attention and normalisation leave hundreds of small nodes that calculate shapes. Here they become
the operators that stand for them: MultiHeadAttention (an operator of onnxruntime, on all its devices), reshapes with
fixed factors and splits. Results stay the same to rounding.
"""

from contextlib import contextmanager

import torch
from diffusers.models.activations import GEGLU
from diffusers.models.attention_processor import Attention
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from torch.nn import functional
from transformers.models.clip import modeling_clip

CONTRIB = {"com.microsoft": 1}


def constant(g, *numbers):
    return g.op("Constant", value_t=torch.tensor(numbers, dtype=torch.int64))


class MultiHeadAttention(torch.autograd.Function):
    """softmax(q k^T scale) v over tensors of batch x tokens x width."""

    @staticmethod
    def forward(_, query, key, value, heads, scale, causal):
        split = lambda x: x.unflatten(-1, (heads, -1)).transpose(1, 2)
        mixed = functional.scaled_dot_product_attention(split(query), split(key), split(value), scale=scale, is_causal=causal)
        return mixed.transpose(1, 2).flatten(2)

    @staticmethod
    def symbolic(g, query, key, value, heads, scale, causal):
        options = {"num_heads_i": heads, "scale_f": float(scale), "unidirectional_i": int(causal)}
        return g.op("com.microsoft::MultiHeadAttention", query, key, value, **options).setType(query.type())


class GroupNormalisation(torch.autograd.Function):
    @staticmethod
    def forward(_, x, weight, bias, groups, eps):
        return functional.group_norm(x, groups, weight, bias, eps)

    @staticmethod
    def symbolic(g, x, weight, bias, groups, eps):
        scalar = torch.float16 if x.type().scalarType() == "Half" else torch.float32
        ones, zeros = (g.op("Constant", value_t=make(groups, dtype=scalar)) for make in (torch.ones, torch.zeros))
        flat = g.op("Reshape", x, constant(g, 0, groups, -1))
        normal = g.op("InstanceNormalization", flat, ones, zeros, epsilon_f=eps)
        back = g.op("Reshape", normal, g.op("Shape", x))
        last = [1] * (x.type().dim() - 2)
        wide = lambda values: g.op("Reshape", values, constant(g, -1, *last))
        return g.op("Add", g.op("Mul", back, wide(weight)), wide(bias)).setType(x.type())


class Tokens(torch.autograd.Function):
    """batch x channels x height x width to batch x (height x width) x channels."""

    @staticmethod
    def forward(_, x):
        return x.flatten(2).transpose(1, 2)

    @staticmethod
    def symbolic(g, x):
        flat = g.op("Reshape", x, constant(g, 0, 0, -1))
        return g.op("Transpose", flat, perm_i=[0, 2, 1])


class Grid(torch.autograd.Function):
    """The way back, into the shape of `like` but for the channels."""

    @staticmethod
    def forward(_, x, like):
        return x.transpose(1, 2).unflatten(2, like.shape[2:])

    @staticmethod
    def symbolic(g, x, like):
        turned = g.op("Transpose", x, perm_i=[0, 2, 1])
        sides = g.op("Shape", like, start_i=2)
        return g.op("Reshape", turned, g.op("Concat", constant(g, 0, 0), sides, axis_i=0))


class Halves(torch.autograd.Function):
    @staticmethod
    def forward(_, x):
        left, right = x.chunk(2, dim=-1)
        return left.clone(), right.clone()

    @staticmethod
    def symbolic(g, x):
        return g.op("Split", x, axis_i=-1, num_outputs_i=2, outputs=2)


class Processor:
    """Attention without masks and added keys, which is all that these models have."""

    def __call__(self, attn, hidden_states, encoder_hidden_states=None, attention_mask=None, temb=None, **_):
        assert attention_mask is None and attn.spatial_norm is None and not attn.norm_cross
        residual, grid = hidden_states, hidden_states.ndim == 4
        if grid:
            hidden_states = attn.group_norm(hidden_states) if attn.group_norm is not None else hidden_states
            hidden_states = Tokens.apply(hidden_states)
        words = hidden_states if encoder_hidden_states is None else encoder_hidden_states
        query, key, value = attn.to_q(hidden_states), attn.to_k(words), attn.to_v(words)
        mixed = attn.to_out[0](MultiHeadAttention.apply(query, key, value, attn.heads, attn.scale, False))
        mixed = Grid.apply(mixed, residual) if grid else mixed
        mixed = mixed + residual if attn.residual_connection else mixed
        return mixed if attn.rescale_output_factor == 1 else mixed / attn.rescale_output_factor


def transformer(self, hidden_states, encoder_hidden_states=None, timestep=None, return_dict=True, **_):
    residual = hidden_states
    hidden_states = self.norm(hidden_states)
    if self.use_linear_projection:
        hidden_states = self.proj_in(Tokens.apply(hidden_states))
    else:
        hidden_states = Tokens.apply(self.proj_in(hidden_states))
    for block in self.transformer_blocks:
        hidden_states = block(hidden_states, encoder_hidden_states=encoder_hidden_states, timestep=timestep)
    if self.use_linear_projection:
        hidden_states = Grid.apply(self.proj_out(hidden_states), residual)
    else:
        hidden_states = self.proj_out(Grid.apply(hidden_states, residual))
    output = hidden_states + residual
    return output if return_dict else (output,)


def gated(self, hidden_states, *_, **__):
    hidden_states, gate = Halves.apply(self.proj(hidden_states))
    return hidden_states * functional.gelu(gate)


def normalised(self, x):
    return GroupNormalisation.apply(x, self.weight, self.bias, self.num_groups, self.eps)


def clip_attention(self, hidden_states, *_, **__):
    """CLIP's text encoder looks back only."""
    query, key, value = self.q_proj(hidden_states), self.k_proj(hidden_states), self.v_proj(hidden_states)
    return self.out_proj(MultiHeadAttention.apply(query, key, value, self.num_heads, self.scale, True)), None


@contextmanager
def shortened(*models):
    """Within it, these models trace into short graphs."""
    replaced = [
        (Transformer2DModel, transformer),
        (GEGLU, gated),
        (torch.nn.GroupNorm, normalised),
        (modeling_clip.CLIPAttention, clip_attention),
    ]
    own = [cls.forward for cls, _ in replaced]
    attentions = [part for model in models for part in model.modules() if isinstance(part, Attention)]
    processors = [attention.processor for attention in attentions]
    try:
        for cls, forward in replaced:
            cls.forward = forward
        for attention in attentions:
            attention.processor = Processor()
        yield
    finally:
        for (cls, _), forward in zip(replaced, own):
            cls.forward = forward
        for attention, processor in zip(attentions, processors):
            attention.processor = processor
