import { readFileSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import type { Config } from '@hearth/config'
import type { Logger } from '@hearth/log'
import { apiNodes, newId, type Store } from '@hearth/store'

/** Milliseconds between two beats, as long as all is well and while the database does not answer. */
const interval = 3_000
const soon = 500
/** Seconds after which a process that said no goodbye is taken off the list. */
const forgotten = 3600

/** Tells workers by way of the database that this process listens, and where. */
export function announce(
  { config, store, log }: { config: Config; store: Store; log: Logger },
  { host, port, token }: { host: string; port: number; token: string },
): { close(): Promise<void> } {
  const node: apiNodes.ApiNode = {
    id: newId(),
    host: hostname(),
    addresses: addressesOf(host, port, config.tls !== undefined),
    certificate: config.tls ? readFileSync(config.tls.cert, 'utf8') : null,
    token,
  }
  let timer: NodeJS.Timeout | undefined
  let closed = false
  let away = false
  let beating = beat()

  async function beat(): Promise<void> {
    try {
      await apiNodes.beat(store, node)
      if (away) log.info('workers can find this process again')
      away = false
    } catch (error) {
      if (!away) log.warn({ error }, 'workers cannot be told where this process is; trying again')
      away = true
    }
    if (closed) return
    timer = setTimeout(
      () => {
        beating = beat()
      },
      away ? soon : interval,
    )
    timer.unref()
  }

  apiNodes
    .removeSilent(store, forgotten)
    .catch(error => log.warn({ error }, 'processes that are gone stay on the list for now'))
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      await beating
      await apiNodes
        .remove(store, node.id)
        .catch(error => log.warn({ error }, 'this process stays on the list for now'))
    },
  }
}

/** Where this process can be reached, the likeliest first. */
function addressesOf(host: string, port: number, tls: boolean): string[] {
  const wild = host === '0.0.0.0' || host === '::' || host === ''
  const outside = Object.values(networkInterfaces())
    .flatMap(list => list ?? [])
    .filter(({ internal, address }) => !internal && !address.startsWith('fe80:'))
    .filter(({ family }) => family === 'IPv4' || host === '::')
    .map(({ address }) => address)
  const names = wild ? ['127.0.0.1', ...outside] : [host === 'localhost' ? '127.0.0.1' : host]
  return names.map(name => `${tls ? 'wss' : 'ws'}://${name.includes(':') ? `[${name}]` : name}:${port}`)
}
