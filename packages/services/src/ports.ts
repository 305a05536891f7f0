import { createServer } from 'node:net'

const host = '127.0.0.1'

/** A TCP port on loopback that nobody listens on at the moment. */
export function freePort(): Promise<number> {
  return listen(0)
}

export async function isPortFree(port: number, address = host): Promise<boolean> {
  try {
    await listen(port, address)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false
    throw error
  }
}

function listen(port: number, address = host): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(port, address, () => {
      const bound = server.address()
      const number = typeof bound === 'object' && bound ? bound.port : port
      server.close(() => resolve(number))
    })
  })
}
