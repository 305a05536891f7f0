import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { apiNodes, newId } from '@hearth/store'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dial } from '../../../worker/src/link/dial.ts'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'

/** Made for these tests, for a name that is not ours: openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVVMM50jqArtx8buN
e5pWcE1NV70FvgkbKfoYqMjwmF6hRANCAATG0zpiorkIH+x/Yg5Nu9sux/5CxMoM
ROzMGOmdtyFP09hrfvuuiUKK0znRmrm6iNS4oOU2Ka2QnrcUyL7vRRtt
-----END PRIVATE KEY-----
`
const certificate = `-----BEGIN CERTIFICATE-----
MIIBjjCCATWgAwIBAgIUHSf3TRTeAFEbszoNj/MifrRoXMowCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRZWxzZXdoZXJlLmV4YW1wbGUwIBcNMjYxMTIxMTUzODQ3WhgP
MjEyNjEwMjgxNTM4NDdaMBwxGjAYBgNVBAMMEWVsc2V3aGVyZS5leGFtcGxlMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAExtM6YqK5CB/sf2IOTbvbLsf+QsTKDETs
zBjpnbchT9PYa377rolCitM50Zq5uojUuKDlNimtkJ63FMi+70UbbaNTMFEwHQYD
VR0OBBYEFMPeCLYaZjptFPZzSh/80YH/eJ6AMB8GA1UdIwQYMBaAFMPeCLYaZjpt
FPZzSh/80YH/eJ6AMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIg
HRPppGWKMpPycFYDDvO52KhbVA9ROMxRZHbRQBm7oWcCIFJzzK0zvFnb+WPq+xoZ
rSvWgNrFi1C1UzIjG0e9+3yy
-----END CERTIFICATE-----
`

let api: ApiUnderTest
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-tls-'))
  await writeFile(join(folder, 'key.pem'), key)
  await writeFile(join(folder, 'cert.pem'), certificate)
  const settings = { HEARTH_TLS_CERT: join(folder, 'cert.pem'), HEARTH_TLS_KEY: join(folder, 'key.pem') }
  api = await startApi({ settings, worker: true })
})
afterAll(async () => {
  await api?.stop()
  await rm(folder, { recursive: true, force: true })
})

it('a worker trusts exactly the certificate that the database names', async () => {
  expect(api.deps.links.list().length).toBe(1)
  const [node] = await apiNodes.alive(api.deps.store, 10)
  if (!node) throw new Error('the api is not on the list')
  expect(node.addresses).toEqual([expect.stringMatching(/^wss:/)])
  const never = new AbortController().signal
  const socket = await dial(node, newId(), never)
  socket.close()
  const other = { ...node, certificate: rootCertificates[0] ?? '' }
  await expect(dial(other, newId(), never)).rejects.toThrow(/self-signed|unable to/)
})
