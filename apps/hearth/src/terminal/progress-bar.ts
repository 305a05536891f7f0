import type { Progress } from '@hearth/contract'

export interface ProgressBar {
  show(label: string, progress?: Pick<Progress, 'done' | 'total' | 'seconds_left'>): void
  /** Leaves the terminal clean. */
  end(): void
}

const width = 28

/** A bar that redraws itself on a terminal; elsewhere a line for each new tenth. Writes to stderr. */
export function progressBar(out: NodeJS.WriteStream = process.stderr): ProgressBar {
  let last = ''
  return {
    show(label, progress) {
      const share = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : undefined
      if (out.isTTY) {
        out.write(`\r\x1b[K${draw(label, share, progress?.seconds_left)}`)
        return
      }
      const line = share === undefined ? label : `${label} ${Math.floor(share * 10) * 10} %`
      if (line !== last) out.write(`${line}\n`)
      last = line
    },
    end() {
      if (out.isTTY) out.write('\r\x1b[K')
    },
  }
}

function draw(label: string, share: number | undefined, secondsLeft: number | undefined): string {
  if (share === undefined) return label
  const full = Math.round(share * width)
  const left = secondsLeft === undefined ? '' : `  ${Math.ceil(secondsLeft)} s left`
  return `${label} ${'█'.repeat(full)}${'░'.repeat(width - full)} ${String(Math.round(share * 100)).padStart(3)} %${left}`
}
