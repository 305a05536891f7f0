import { AppError } from '@hearth/contract'
import { type Picture, type PillowFilter, resizePillow } from '@hearth/media'
import { z } from 'zod'

/**
 * From a picture to the numbers that a model takes, as its preprocessor_config.json says.
 *
 * The library's own processors are not used: they scale with a kernel that skips pixels when it shrinks, so that a
 * photograph differs from what the model was trained on by tens of levels out of 255, cannot be told otherwise, and
 * take several times as long. This gives what transformers in Python gives with Pillow, to the byte.
 */

const side = z.number().int().positive()
const sizeObject = z.object({
  height: side.optional(),
  width: side.optional(),
  shortest_edge: side.optional(),
  longest_edge: side.optional(),
})
const perChannel = z.union([z.number().transform(value => [value, value, value]), z.array(z.number()).length(3)])

const processorConfig = z.looseObject({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().nullish(),
  size: z.union([side, sizeObject]).nullish(),
  max_size: side.nullish(),
  resample: z.int().min(0).max(5).nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: z.union([side, z.object({ height: side, width: side })]).nullish(),
  crop_pct: z.number().positive().nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: perChannel.nullish(),
  image_std: perChannel.nullish(),
  keep_aspect_ratio: z.boolean().nullish(),
  ensure_multiple_of: side.nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  do_pad: z.boolean().nullish(),
  size_divisor: side.nullish(),
  size_divisibility: side.nullish(),
})
type ProcessorConfig = z.infer<typeof processorConfig>

/** Settings that change the picture in ways that are not done here: better refused than ignored. */
const refused = ['do_thumbnail', 'do_crop_margin', 'do_align_long_axis', 'pad_size']

interface Size {
  width: number
  height: number
}

/** 1 x 3 x height x width. */
export interface Pixels extends Size {
  data: Float32Array
}

export interface ImageProcessor {
  prepare(picture: Picture): Pixels
}

const filters: readonly (PillowFilter | undefined)[] = [undefined, 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming']
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] }

function broken(message: string): AppError {
  return new AppError('model-broken', `preprocessor_config.json ${message}`)
}

/** Throws `model-broken` where the settings are not understood. */
export function openImageProcessor(settings: unknown, modelType: string): ImageProcessor {
  const parsed = processorConfig.safeParse(settings)
  if (!parsed.success) throw broken(`is not understood: ${z.prettifyError(parsed.error)}`)
  const config = parsed.data
  const odd = refused.find(name => config[name] !== undefined && config[name] !== null && config[name] !== false)
  if (odd) throw broken(`asks for ${odd}, which is not supported`)
  if (config.do_pad && config.size_divisor) throw broken('asks for padding to a multiple, which is not supported')
  const filter = filters[config.resample ?? 2]
  if (!filter) throw broken('asks for nearest-neighbour scaling, which is not supported')
  const goal = goalOf(config, modelType)
  const crop = config.do_center_crop ? cropSize(config) : undefined
  const tables = tablesOf(config)
  const order = config.do_flip_channel_order ? [2, 1, 0] : [0, 1, 2]
  return {
    prepare(picture) {
      const { size, crop: cut = crop } = config.do_resize === false ? { size: picture } : goal(picture)
      const { width, height } = size
      const scaled = resizePillow(picture, { width, height, filter })
      return toPixels(scaled, cut ?? size, tables, order)
    },
  }
}

function typeOf(config: ProcessorConfig): string {
  return config.image_processor_type ?? config.feature_extractor_type ?? ''
}

function cropSize({ crop_size: crop }: ProcessorConfig): Size {
  if (crop === undefined || crop === null) throw broken('asks for a crop of no size')
  return typeof crop === 'number' ? { width: crop, height: crop } : crop
}

type Goal = (picture: Size) => { size: Size; crop?: Size }

/** Processors that take a size without a name as that of the shorter side. */
const byShorterSide =
  /^(CLIP|ChineseCLIP|Bit|Levit|MobileNetV\d|MobileViT|PoolFormer|Detr|Yolos|ConvNext|DFine|ConditionalDetr)/

/** How large a picture becomes. */
function goalOf(config: ProcessorConfig, modelType: string): Goal {
  const type = typeOf(config)
  const { size: given } = config
  // Patches of YOLOS lie on a grid of 16 pixels, and its processor cuts sides down to it.
  const grid = modelType === 'yolos' ? 16 : (config.size_divisibility ?? config.size_divisor ?? 1)
  if (given === undefined || given === null) {
    if (config.do_resize && grid === 1) throw broken('asks for scaling to no size')
    return size => ({ size: toGrid(size, grid) })
  }
  const named = typeof given === 'number' ? nameSize(given, config.max_size, type) : given
  const { height, width, shortest_edge: shorter, longest_edge: longest } = named
  if (type.startsWith('ConvNext')) return convNext(shorter ?? height, config.crop_pct ?? 224 / 256)
  if (shorter !== undefined && longest !== undefined) {
    return picture => ({ size: toGrid(betweenEdges(picture, shorter, longest), grid) })
  }
  if (shorter !== undefined) return picture => ({ size: toGrid(toShorterEdge(picture, shorter), grid) })
  if (height === undefined || width === undefined) throw broken('gives a size that is not understood')
  const multiple = config.ensure_multiple_of ?? 1
  if (config.keep_aspect_ratio || multiple > 1) {
    const keep = config.keep_aspect_ratio === true
    return picture => ({ size: nearMultiple(picture, { width, height }, multiple, keep) })
  }
  return () => ({ size: { width, height } })
}

function nameSize(size: number, largest: number | null | undefined, type: string): z.infer<typeof sizeObject> {
  if (typeof largest === 'number') return { shortest_edge: size, longest_edge: largest }
  return byShorterSide.test(type) ? { shortest_edge: size } : { height: size, width: size }
}

/** Small ones are scaled somewhat larger and cropped, large ones stretched. */
function convNext(edge: number | undefined, share: number): Goal {
  if (edge === undefined) throw broken('gives a size that is not understood')
  const square = { width: edge, height: edge }
  if (edge >= 384) return () => ({ size: square })
  return picture => ({ size: toShorterEdge(picture, Math.trunc(edge / share)), crop: square })
}

function toShorterEdge({ width, height }: Size, edge: number): Size {
  if (width <= height) return { width: edge, height: Math.trunc((edge * height) / width) }
  return { width: Math.trunc((edge * width) / height), height: edge }
}

/** The shorter side becomes `edge`, or what keeps the longer one at `longest`. */
export function betweenEdges({ width, height }: Size, edge: number, longest: number): Size {
  const [least, most] = [Math.min(width, height), Math.max(width, height)]
  const exact = (most / least) * edge > longest ? (longest * least) / most : undefined
  const short = exact === undefined ? edge : roundHalfEven(exact)
  if (least === short) return { width, height }
  const scale = exact ?? short
  if (width < height) return { width: short, height: Math.trunc((scale * height) / width) }
  return { width: Math.trunc((scale * width) / height), height: short }
}

/** Each side cut down to a multiple of the grid, of which there is one place at least. */
function toGrid({ width, height }: Size, grid: number): Size {
  const cut = (value: number) => Math.max(grid, value - (value % grid))
  return { width: cut(width), height: cut(height) }
}

/** As near to the size as the proportions allow, each side a multiple. */
function nearMultiple(picture: Size, goal: Size, multiple: number, keep: boolean): Size {
  let [across, down] = [goal.width / picture.width, goal.height / picture.height]
  if (keep) {
    // Scaled as little as possible.
    if (Math.abs(1 - across) < Math.abs(1 - down)) down = across
    else across = down
  }
  const whole = (value: number) => Math.max(1, roundHalfEven(value / multiple)) * multiple
  return { width: whole(across * picture.width), height: whole(down * picture.height) }
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  if (value - below !== 0.5) return Math.round(value)
  return below % 2 === 0 ? below : below + 1
}

/** For each channel, what each of the 256 levels becomes. */
function tablesOf(config: ProcessorConfig): Float32Array[] {
  const factor = (config.do_rescale ?? true) ? (config.rescale_factor ?? 1 / 255) : 1
  const type = typeOf(config)
  const normalize = config.do_normalize ?? !type.startsWith('RTDetr')
  const mean = normalize ? (config.image_mean ?? imagenet.mean) : [0, 0, 0]
  const std = normalize ? (config.image_std ?? imagenet.std) : [1, 1, 1]
  // EfficientNet's processor divides twice where the classifier is on top.
  const power = type.startsWith('EfficientNet') && config.include_top !== false ? 2 : 1
  return [0, 1, 2].map(channel => {
    const [shift, scale] = [mean[channel] ?? 0, (std[channel] ?? 1) ** power]
    return Float32Array.from({ length: 256 }, (_, level) => (level * factor - shift) / scale)
  })
}

/** The middle of the picture, black around it where it is smaller, through the tables. */
function toPixels(picture: Picture, size: Size, tables: readonly Float32Array[], order: readonly number[]): Pixels {
  const { width, height } = size
  const plane = width * height
  const data = new Float32Array(3 * plane)
  const left = offset(picture.width, width)
  const top = offset(picture.height, height)
  const [columns, rows] = [range(left, picture.width, width), range(top, picture.height, height)]
  for (let channel = 0; channel < 3; channel++) {
    const table = tables[channel] as Float32Array
    const start = channel * plane
    if (columns.to - columns.from < width || rows.to - rows.from < height) {
      data.fill(table[0] as number, start, start + plane)
    }
    for (let y = rows.from; y < rows.to; y++) {
      let from = ((y + top) * picture.width + columns.from + left) * 3 + (order[channel] as number)
      const row = start + y * width
      for (let x = columns.from; x < columns.to; x++) {
        data[row + x] = table[picture.data[from] as number] as number
        from += 3
      }
    }
  }
  return { width, height, data }
}

/** Where the crop begins in the picture; negative where it is larger. */
function offset(has: number, wants: number): number {
  return wants > has ? -Math.ceil((wants - has) / 2) : Math.floor((has - wants) / 2)
}

/** Places of the crop that lie on the picture. */
function range(start: number, has: number, wants: number): { from: number; to: number } {
  return { from: Math.max(0, -start), to: Math.min(wants, has - start) }
}
