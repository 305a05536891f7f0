import { execFile } from 'node:child_process'

/** Where npm packages come from on this machine: the setting, else what npm is configured for, else the public one. */
export async function npmRegistry(
  setting: string | undefined,
  scope: string | undefined,
  cwd: string,
): Promise<string> {
  if (setting !== undefined) return setting
  const keys = scope === undefined ? ['registry'] : [`${scope}:registry`, 'registry']
  for (const key of keys) {
    const value = (await ask('npm', ['config', 'get', key], cwd)).trim()
    if (URL.canParse(value)) return value
  }
  return 'https://registry.npmjs.org'
}

/** Where Python packages come from on this machine: the setting, else what pip is configured for, else the public one. */
export async function pypiIndex(setting: string | undefined, cwd: string): Promise<string> {
  if (setting !== undefined) return setting
  const lines = (await ask('python3', ['-m', 'pip', 'config', 'list'], cwd)).split('\n')
  // In the order in which pip lets one win over the other.
  for (const key of [':env:.index-url', 'install.index-url', 'global.index-url']) {
    const line = lines.find(text => text.startsWith(`${key}=`))
    const value = line?.slice(key.length + 1).replace(/^['"]|['"]$/g, '')
    if (value !== undefined && URL.canParse(value)) return value
  }
  return 'https://pypi.org/simple'
}

/** What a program prints; nothing where it is not installed or refuses: then it is not configured either. */
function ask(program: string, args: string[], cwd: string): Promise<string> {
  return new Promise(resolve => {
    execFile(program, args, { cwd, timeout: 20_000 }, (error, stdout) => resolve(error ? '' : stdout))
  })
}
