import { readUserComment } from './exif.ts'
import { readTexts } from './png-text.ts'
import { sharp } from './sharp.ts'
import { sniff } from './sniff.ts'

/** How a picture was made, in the order in which A1111 writes it. `settings` keeps its insertion order. */
export interface Parameters {
  prompt: string
  negativePrompt: string
  settings: Record<string, string | number>
}

const pair = /\s*([\w ][\w /-]*):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/g

function quote(value: string | number): string {
  const text = String(value)
  return /[,:\n]/.test(text) ? JSON.stringify(text) : text
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text
  try {
    return String(JSON.parse(text))
  } catch {
    // Written by hand or by a tool with other rules of quoting: the text as it stands is the best reading.
    return text
  }
}

/** The text that A1111 keeps in its pictures and that other tools read back. */
export function formatParameters(parameters: Parameters): string {
  const settings = Object.entries(parameters.settings).map(([key, value]) => `${key}: ${quote(value)}`)
  const negative = parameters.negativePrompt === '' ? '' : `\nNegative prompt: ${parameters.negativePrompt}`
  return `${parameters.prompt}${negative}\n${settings.join(', ')}`
}

/** Reads such a text. A last line with fewer than three pairs belongs to the prompt, as A1111's own reader has it. */
export function parseParameters(text: string): Parameters {
  const lines = text.trim().split('\n')
  const last = lines.at(-1) ?? ''
  const pairs = [...last.matchAll(pair)]
  const settings: Record<string, string> = {}
  if (pairs.length >= 3) {
    lines.pop()
    for (const [, key, value] of pairs) settings[(key ?? '').trim()] = unquote((value ?? '').trim())
  }
  const at = lines.findIndex(line => line.startsWith('Negative prompt:'))
  const prompt = (at < 0 ? lines : lines.slice(0, at)).join('\n').trim()
  const negative = at < 0 ? '' : lines.slice(at).join('\n').slice('Negative prompt:'.length).trim()
  return { prompt, negativePrompt: negative, settings }
}

/** The parameters text inside a PNG, JPEG or WebP; undefined where there is none. */
export async function readParametersText(bytes: Uint8Array): Promise<string | undefined> {
  if (sniff(bytes) === 'png') return readTexts(bytes).get('parameters')
  const { exif } = await sharp(bytes).metadata()
  return exif === undefined ? undefined : readUserComment(exif)
}

/** How a picture was made, read out of the file; undefined where it does not say. */
export async function readParameters(bytes: Uint8Array): Promise<Parameters | undefined> {
  const text = await readParametersText(bytes)
  return text === undefined ? undefined : parseParameters(text)
}
