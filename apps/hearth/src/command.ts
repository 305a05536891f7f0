import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { AppError } from '@hearth/contract'

export interface Option {
  type: 'string' | 'boolean'
  /** What its value is called in the help. */
  value?: string
  description: string
  /** May be given several times. */
  multiple?: boolean
  /** Not shown in the help. */
  hidden?: boolean
}

export interface Given {
  positionals: string[]
  /** The last value of a text option. */
  text(name: string): string | undefined
  texts(name: string): string[]
  flag(name: string): boolean
}

export interface Command {
  name: string
  /** One line for the table of contents. */
  summary: string
  /** How it is called, after `hearth`; a line each. */
  usage: readonly string[]
  /** What else there is to know. */
  notes?: readonly string[]
  options: Readonly<Record<string, Option>>
  /** @returns the exit code; 0 if there is none. */
  run(given: Given): Promise<number | undefined>
}

/** Reads a command's words. @throws AppError invalid-input for unknown options. */
export function readArguments(command: Command, words: readonly string[]): Given & { help: boolean } {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } }
  for (const [name, { type }] of Object.entries(command.options)) options[name] = { type, multiple: true }
  let parsed: ReturnType<typeof parseArgs>
  try {
    parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new AppError('invalid-input', (error as Error).message, { hint: `hearth ${command.name} --help` })
  }
  const values = (name: string) => [parsed.values[name] ?? []].flat()
  return {
    positionals: parsed.positionals,
    texts: name => values(name).map(String),
    text: name => values(name).map(String).at(-1),
    flag: name => values(name).length > 0,
    help: parsed.values.help === true,
  }
}

export function describeCommand(command: Command): string {
  const rows = Object.entries(command.options)
    .filter(([, option]) => !option.hidden)
    .map(([name, option]) => [`--${name}${option.value ? ` ${option.value}` : ''}`, option.description] as const)
  const width = Math.max(0, ...rows.map(([name]) => name.length)) + 2
  return [
    command.summary,
    '',
    ...command.usage.map(line => `  hearth ${line}`),
    ...(rows.length > 0 ? ['', ...rows.map(([name, text]) => `  ${name.padEnd(width)}${text}`)] : []),
    ...(command.notes ? ['', ...command.notes] : []),
    '',
  ].join('\n')
}
