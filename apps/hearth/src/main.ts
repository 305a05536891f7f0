/** The command line: reads which command is meant and runs it. Errors are said in two lines: what happened, what to do. */
import { version } from '@hearth/config'
import { describeCommand, readArguments } from './command.ts'
import { commands } from './commands/index.ts'
import { explain } from './terminal/explain.ts'

process.title = 'hearth'
const [name, ...words] = process.argv.slice(2)
process.exitCode = await main(name, words)

async function main(name: string | undefined, words: string[]): Promise<number> {
  if (name === '--version') {
    console.log(version)
    return 0
  }
  if (name === undefined || name === '--help' || name === 'help') {
    console.log(await contents())
    return 0
  }
  const read = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!read) {
    console.error(`There is no command "${name}".\n\n${await contents()}`)
    return 2
  }
  try {
    const command = await read()
    const given = readArguments(command, words)
    if (given.help) {
      console.log(describeCommand(command))
      return 0
    }
    return (await command.run(given)) ?? 0
  } catch (error) {
    return explain(error)
  }
}

async function contents(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map(read => read()))
  const width = Math.max(...all.map(command => command.name.length)) + 2
  return [
    `Hearth ${version}`,
    '',
    ...all.map(command => `  ${command.name.padEnd(width)}${command.summary}`),
    '',
    'hearth COMMAND --help tells more.',
  ].join('\n')
}
