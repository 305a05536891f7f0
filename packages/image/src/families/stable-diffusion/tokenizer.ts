import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@hearth/contract'
import { z } from 'zod'

/** CLIP's byte-level BPE. Ids equal those of transformers' CLIPTokenizer. */
export interface Tokenizer {
  /** Ids of a text, without start, end and padding. */
  encode(text: string): number[]
  /** Whether a word ends with this token. */
  endsWord(id: number): boolean
  /** Tokens per window, start and end included. */
  length: number
  start: number
  end: number
  pad: number
}

const endOfWord = '</w>'
// White space as the reference implementation has it: not JavaScript's \s, which differs in two characters.
const word = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu
// Special tokens in other letters than theirs come here in small ones: one piece at first, then words as any other.
const piece = new RegExp(`<\\|startoftext\\|>|<\\|endoftext\\|>|${word.source}`, 'gu')
const space = /\p{White_Space}+/gu

const token = z
  .union([z.string(), z.object({ content: z.string() })])
  .transform(value => (typeof value === 'string' ? value : value.content))
const configFile = z.looseObject({
  model_max_length: z.number().optional(),
  bos_token: token.optional(),
  eos_token: token.optional(),
  pad_token: token.optional(),
  unk_token: token.optional(),
})
const vocabularyFile = z.record(z.string(), z.int())
const tokenizerFile = z.looseObject({
  model: z.looseObject({
    vocab: vocabularyFile,
    merges: z.array(z.union([z.string(), z.array(z.string()).length(2)])),
  }),
})

/** GPT-2's letters for bytes: printable ones stand for themselves, the others follow from U+0100 on. */
function byteLetters(): string[] {
  const printable = (byte: number) => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++))
}

interface Vocabulary {
  ids: Map<string, number>
  /** Order in which pairs are merged, by `left right`. */
  ranks: Map<string, number>
}

async function text(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

async function vocabulary(folder: string): Promise<Vocabulary> {
  const [vocab, merges, combined] = await Promise.all(
    ['vocab.json', 'merges.txt', 'tokenizer.json'].map(name => text(join(folder, name))),
  )
  if (vocab !== undefined && merges !== undefined) {
    const lines = merges.split('\n').filter(line => line !== '' && !line.startsWith('#version'))
    return { ids: new Map(Object.entries(vocabularyFile.parse(JSON.parse(vocab)))), ranks: ranked(lines) }
  }
  if (combined === undefined) {
    throw new AppError('model-broken', `${folder} holds neither vocab.json with merges.txt nor tokenizer.json`)
  }
  const { model } = tokenizerFile.parse(JSON.parse(combined))
  const pairs = model.merges.map(merge => (typeof merge === 'string' ? merge : merge.join(' ')))
  return { ids: new Map(Object.entries(model.vocab)), ranks: ranked(pairs) }
}

function ranked(merges: readonly string[]): Map<string, number> {
  return new Map(merges.map((pair, rank) => [pair, rank]))
}

/**
 * One word, split into byte letters, after all merges that apply, best rank first. Each pass merges a pair wherever it
 * stands, so that a word of thousands of letters takes no longer than its variety asks for.
 */
function merge(letters: readonly string[], ranks: Vocabulary['ranks']): readonly string[] {
  let parts = letters
  for (;;) {
    const pairs = parts.slice(1).map((part, i) => ranks.get(`${parts[i]} ${part}`) ?? Number.POSITIVE_INFINITY)
    const best = pairs.reduce((least, rank) => Math.min(least, rank), Number.POSITIVE_INFINITY)
    if (best === Number.POSITIVE_INFINITY) return parts
    const merged: string[] = []
    for (let i = 0; i < parts.length; i++) {
      merged.push(pairs[i] === best ? `${parts[i]}${parts[++i]}` : (parts[i] ?? ''))
    }
    parts = merged
  }
}

/** Reads a diffusers `tokenizer` folder, with `vocab.json` and `merges.txt` or with `tokenizer.json`. */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const { ids, ranks } = await vocabulary(folder)
  const [config, special] = await Promise.all(
    ['tokenizer_config.json', 'special_tokens_map.json'].map(async name => {
      const json = await text(join(folder, name))
      return configFile.parse(json === undefined ? {} : JSON.parse(json))
    }),
  )
  const named = (key: 'bos_token' | 'eos_token' | 'pad_token' | 'unk_token', otherwise: string) => {
    const content = special?.[key] ?? config?.[key] ?? otherwise
    const id = ids.get(content)
    if (id === undefined) throw new AppError('model-broken', `${folder}: ${key} ${content} is not in the vocabulary`)
    return { content, id }
  }
  const start = named('bos_token', '<|startoftext|>')
  const end = named('eos_token', '<|endoftext|>')
  const unknown = named('unk_token', end.content)
  const letters = byteLetters()
  const ending = new Set([...ids].filter(([piece]) => piece.endsWith(endOfWord)).map(([, id]) => id))
  const known = new Map<string, number[]>()

  const wordIds = (value: string): number[] => {
    const cached = known.get(value)
    if (cached) return cached
    const bytes = [...Buffer.from(value, 'utf8')].map(byte => letters[byte] ?? '')
    bytes.push(`${bytes.pop()}${endOfWord}`)
    const encoded = merge(bytes, ranks).map(piece => ids.get(piece) ?? unknown.id)
    if (known.size < 10_000) known.set(value, encoded)
    return encoded
  }
  // Special tokens are recognised in the raw text, before it is brought to normal form.
  const specials = [...new Map([start, end].map(({ content, id }) => [content, id]))]
  const pieces = new RegExp(
    `(${specials.map(([content]) => content.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|')})`,
  )
  const plain = (value: string): number[] => {
    // Letter by letter: a final sigma stays the sigma that the vocabulary was made from.
    const lower = [...value.normalize('NFC').replace(space, ' ')].map(letter => letter.toLowerCase()).join('')
    return (lower.match(piece) ?? []).flatMap(part => part.match(word) ?? []).flatMap(wordIds)
  }
  return {
    encode: value =>
      value.split(pieces).flatMap(piece => specials.find(([content]) => content === piece)?.[1] ?? plain(piece)),
    endsWord: id => ending.has(id),
    length: config?.model_max_length !== undefined && config.model_max_length < 1e6 ? config.model_max_length : 77,
    start: start.id,
    end: end.id,
    pad: named('pad_token', end.content).id,
  }
}
