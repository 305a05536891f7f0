/** Health check of a container that serves the API: exits 0 when jobs would be taken, else 1 with the reason. */
import { loadConfig } from '@hearth/config'

const config = loadConfig()
const response = await fetch(`${config.tls ? 'https' : 'http'}://127.0.0.1:${config.port}/health`, {
  signal: AbortSignal.timeout(5000),
})
if (!response.ok) console.error(await response.text())
process.exit(response.ok ? 0 : 1)
