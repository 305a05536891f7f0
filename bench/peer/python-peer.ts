import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** The other side of a comparison. */
export interface PythonPeer<Answer> {
  /** What it computes with. */
  versions: Record<string, string>
  /** One round of its work. */
  ask(request?: object): Promise<Answer>
  close(): void
}

/**
 * Starts a Python script that prints its versions, and then a line of JSON for each line of JSON that it reads.
 * @param args of Python: the script and what it takes.
 */
export async function openPeer<Answer extends { seconds: number }>(
  python: string,
  args: readonly string[],
  threads: number,
): Promise<PythonPeer<Answer>> {
  const child = spawn(python, args, { env: { ...process.env, OMP_NUM_THREADS: String(threads) } })
  let errors = ''
  child.stderr.on('data', data => {
    errors += String(data)
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next()
    if (done) throw new Error(`the peer ended: ${errors.slice(-2000)}`)
    return value
  }
  return {
    versions: JSON.parse(await line()) as Record<string, string>,
    async ask(request = {}) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      return JSON.parse(await line()) as Answer
    },
    close: () => child.stdin.end(),
  }
}
