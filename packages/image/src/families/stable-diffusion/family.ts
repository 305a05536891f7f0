import { type Checkpoint, defineFamily, type FolderDescription, type FolderView } from '@hearth/contract'
import { z } from 'zod'
import { task as imageToImage } from '../../image-to-image/spec.ts'
import { task as textToImage } from '../../text-to-image/spec.ts'
import { readLayout } from './layout.ts'
import { type PictureSize, pictureBytes, picturesAtOnce } from './memory.ts'

const mebibyte = 2 ** 20
/** The process itself, with onnxruntime and sharp in it. */
const base = 220 * mebibyte
const needed = ['unet/model.onnx', 'vae_decoder/model.onnx', 'text_encoder/model.onnx']

/** Bytes that weights take while they are loaded, over their size on disk: devices that compute in fp32 unfold halves. */
const factors = { fp32: 1.2, fp16: 2.6, mixed: 2.4, int8: 4 } as const

const clipConfig = z.looseObject({
  hidden_size: z.int(),
  intermediate_size: z.int(),
  num_hidden_layers: z.int(),
  vocab_size: z.int(),
})

/** Parameters of CLIP ViT-L and OpenCLIP ViT-H, the encoders of models that come without config files. */
const knownParameters = [123e6, 340e6]

/** Parameters of the text encoder: counted from its config, else those that make a whole number of bytes for each. */
async function textParameters(folder: FolderView, bytes: number): Promise<number> {
  const config = clipConfig.safeParse(await folder.json('text_encoder/config.json'))
  if (!config.success) {
    const odd = (parameters: number) => Math.abs(Math.log2(bytes / parameters) % 1)
    return knownParameters.reduce((best, parameters) => (odd(parameters) < odd(best) ? parameters : best))
  }
  const { hidden_size: width, intermediate_size: inner, num_hidden_layers: layers, vocab_size: words } = config.data
  return words * width + layers * (4 * width * width + 2 * width * inner)
}

/** Told from the bytes per parameter of the text encoder, the one part whose parameters are easily counted. */
async function precisionOf(folder: FolderView): Promise<FolderDescription['precision']> {
  const graph = folder.files.filter(file => /^text_encoder\/(?!.*\.json$)/.test(file.path))
  const bytes = graph.reduce((sum, file) => sum + file.bytes, 0)
  const perParameter = bytes / (await textParameters(folder, bytes))
  if (perParameter > 3) return 'fp32'
  return perParameter > 1.6 ? 'fp16' : 'int8'
}

async function describe(folder: FolderView): Promise<FolderDescription | undefined> {
  const sizes = new Map(folder.files.map(file => [file.path, file.bytes]))
  if (!needed.every(path => sizes.has(path))) return undefined
  const layout = await readLayout(path => folder.json(path))
  if (!layout) return undefined
  const [width, height] = layout.trainedSize
  return {
    title: layout.sdxl ? 'Stable Diffusion XL' : 'Stable Diffusion',
    tasks: sizes.has('vae_encoder/model.onnx') ? [textToImage.id, imageToImage.id] : [textToImage.id],
    precision: await precisionOf(folder),
    defaults: { width, height },
  }
}

/** Image-to-image runs a share of the steps; text-to-image, which has no strength, all. */
const workFields = textToImage.input
  .pick({ width: true, height: true, n: true, steps: true, guidance_scale: true })
  .extend({ strength: z.number().default(1) })

/** The picture that the input asks for, in the checkpoint's own size where it does not say, and how many. */
function asked(checkpoint: Checkpoint, input: unknown): { size: PictureSize; n: number } {
  const parsed = textToImage.input.pick({ width: true, height: true, n: true }).safeParse(input ?? {})
  const own = (side: 'width' | 'height') => {
    const value = checkpoint.defaults[side]
    return typeof value === 'number' ? value : 512
  }
  const given = parsed.success ? parsed.data : { width: undefined, height: undefined, n: 1 }
  const [width, height] = [given.width ?? own('width'), given.height ?? own('height')]
  return {
    size: { weightBytes: checkpoint.bytes, width, height, trainedArea: own('width') * own('height') },
    n: given.n,
  }
}

/** Stable Diffusion 1.x, 2.x, XL and their distillations, as ONNX graphs in the layout of diffusers and optimum. */
export const family = defineFamily({
  id: 'stable-diffusion',
  title: 'Stable Diffusion',
  engine: 'onnx',
  tasks: [textToImage.id, imageToImage.id],
  describe,
  estimate(checkpoint, input) {
    const { size, n } = asked(checkpoint, input)
    const working = picturesAtOnce(size, n) * pictureBytes(size)
    return Math.ceil(base + factors[checkpoint.precision] * checkpoint.bytes + working)
  },
  work(input) {
    const parsed = workFields.safeParse(input)
    if (!parsed.success) return 0
    const { width = 512, height = 512, n, steps = 20, guidance_scale = 7.5, strength } = parsed.data
    return steps * strength * width * height * n * (guidance_scale > 1 ? 2 : 1)
  },
})
