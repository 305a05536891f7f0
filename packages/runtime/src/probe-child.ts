/**
 * Throw-away process: computes 1 + 1 on one device and tells its parent how it went. A driver that crashes takes only
 * this process along.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node'

// y = x + x for two floats, opset 13.
const model = Buffer.from(
  'CAg6NQoOCgF4CgF4EgF5IgNBZGQSAWdaDwoBeBIKCggIARIECgIIAmIPCgF5EgoKCAgBEgQKAggCQgIQDQ==',
  'base64',
)

export interface ProbeResult {
  usable: boolean
  reason: string
}

async function probe(kind: string, index: number): Promise<ProbeResult> {
  const provider = kind === 'cuda' ? { name: kind, deviceId: index } : { name: kind }
  const session = await InferenceSession.create(model, {
    executionProviders: [provider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const { y } = await session.run({ x: new Tensor('float32', Float32Array.of(1, 2), [2]) })
  const sum = Array.from(y?.data as Float32Array)
  if (sum[0] !== 2 || sum[1] !== 4) return { usable: false, reason: `computed 1 + 1 = ${sum[0]}` }
  return { usable: true, reason: 'a test model ran on it' }
}

const [kind = '', index = '0'] = process.argv.slice(2)
const result = await probe(kind, Number(index)).catch(
  (error: Error): ProbeResult => ({ usable: false, reason: error.message }),
)
// The process is left at once: drivers have been seen to crash while they are taken down.
process.send?.(result, () => process.kill(process.pid, 'SIGKILL'))
