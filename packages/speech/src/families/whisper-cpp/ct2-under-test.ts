/** A tensor of 16-bit numbers under its name in whisper.cpp's files. */
export interface Tensor {
  name: string
  shape: number[]
  half: Uint16Array
}

/**
 * All tensors of a Whisper in CTranslate2's format. There queries, keys and values are one matrix where they are of one
 * sound; here each is its own, and keys have no bias.
 */
export function tensorsOf(model: Buffer): Tensor[] {
  const stored = readModel(model)
  const get = (name: string): Tensor => {
    const found = stored.get(name)
    if (!found) throw new Error(`${name} is missing`)
    return found
  }
  const named = (name: string, from: string): Tensor => ({ ...get(from), name })
  const norm = (name: string, from: string) => [
    named(`${name}.weight`, `${from}/gamma`),
    named(`${name}.bias`, `${from}/beta`),
  ]
  const linear = (name: string, from: string, part = 0, parts = 1) => [
    cut(named(`${name}.weight`, `${from}/weight`), part, parts),
    ...(name.endsWith('.key') ? [] : [cut(named(`${name}.bias`, `${from}/bias`), part, parts)]),
  ]
  const attention = (name: string, from: string) => [
    ...['query', 'key', 'value'].flatMap((role, part) => linear(`${name}.${role}`, `${from}/linear_0`, part, 3)),
    ...linear(`${name}.out`, `${from}/linear_1`),
  ]
  const cross = (name: string, from: string) => [
    ...linear(`${name}.query`, `${from}/linear_0`),
    ...linear(`${name}.key`, `${from}/linear_1`, 0, 2),
    ...linear(`${name}.value`, `${from}/linear_1`, 1, 2),
    ...linear(`${name}.out`, `${from}/linear_2`),
  ]
  const block = (half: 'encoder' | 'decoder', layer: number) => {
    const [name, from] = [`${half}.blocks.${layer}`, `${half}/layer_${layer}`]
    return [
      ...norm(`${name}.attn_ln`, `${from}/self_attention/layer_norm`),
      ...attention(`${name}.attn`, `${from}/self_attention`),
      ...(half === 'decoder' ? norm(`${name}.cross_attn_ln`, `${from}/attention/layer_norm`) : []),
      ...(half === 'decoder' ? cross(`${name}.cross_attn`, `${from}/attention`) : []),
      ...norm(`${name}.mlp_ln`, `${from}/ffn/layer_norm`),
      ...linear(`${name}.mlp.0`, `${from}/ffn/linear_0`),
      ...linear(`${name}.mlp.2`, `${from}/ffn/linear_1`),
    ]
  }
  const layers = [0, 1, 2, 3]
  return [
    named('encoder.positional_embedding', 'encoder/position_encodings/encodings'),
    ...['conv1', 'conv2'].flatMap(name => [
      named(`encoder.${name}.weight`, `encoder/${name}/weight`),
      upright(named(`encoder.${name}.bias`, `encoder/${name}/bias`)),
    ]),
    ...layers.flatMap(layer => block('encoder', layer)),
    ...norm('encoder.ln_post', 'encoder/layer_norm'),
    named('decoder.positional_embedding', 'decoder/position_encodings/encodings'),
    named('decoder.token_embedding.weight', 'decoder/embeddings/weight'),
    ...layers.flatMap(layer => block('decoder', layer)),
    ...norm('decoder.ln', 'decoder/layer_norm'),
  ]
}

const upright = (tensor: Tensor): Tensor => ({ ...tensor, shape: [...tensor.shape, 1] })

/** One of several parts of equal height. */
function cut({ name, shape, half }: Tensor, part: number, parts: number): Tensor {
  const [rows = 0, ...rest] = shape
  const size = half.length / parts
  return { name, shape: [rows / parts, ...rest], half: half.slice(part * size, (part + 1) * size) }
}

const halfType = 4

/** CTranslate2's file: its version, the kind of model, and each variable with its name, shape, type and bytes. */
function readModel(model: Buffer): Map<string, Tensor> {
  let position = 4
  const skip = (bytes: number) => {
    const before = position
    position += bytes
    return before
  }
  const byte = () => model.readUInt8(skip(1))
  const long = () => model.readUInt32LE(skip(4))
  const text = () => {
    const length = model.readUInt16LE(skip(2))
    const start = skip(length)
    return model.toString('utf8', start, start + length - 1)
  }
  text()
  long()
  const tensors = new Map<string, Tensor>()
  for (let left = long(); left > 0; left--) {
    const name = text()
    const shape = Array.from({ length: byte() }, long)
    const type = byte()
    const bytes = long()
    const start = skip(bytes)
    const data = new Uint8Array(model.subarray(start, start + bytes))
    if (type === halfType) tensors.set(name, { name, shape, half: new Uint16Array(data.buffer) })
  }
  return tensors
}
