/** Files to send where a route takes pictures: right ones and wrong ones. */
export type Pictures = readonly Uint8Array[]

const names = /^(image|images|file|mask|init_images)$/

/** The same value with the picture, as a data URL, wherever one is called for. */
export function inJson(value: unknown, picture: Uint8Array | undefined): unknown {
  if (picture === undefined || value === null || typeof value !== 'object') return value
  const url = `data:image/png;base64,${Buffer.from(picture).toString('base64')}`
  if (Array.isArray(value)) return value.map(item => inJson(item, picture))
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (!names.test(name)) return [name, inJson(item, picture)]
      return [name, Array.isArray(item) ? item.map(() => url) : url]
    }),
  )
}

/** A form with the boundary `hearth`: the picture is the file of every field that is called like one. */
export function inForm(value: unknown, picture: Uint8Array | undefined): Uint8Array {
  const fields = value !== null && typeof value === 'object' ? Object.entries(value) : []
  const parts = fields.flatMap(([name, value]) => {
    const isFile = names.test(name)
    const file = isFile ? '; filename="x.png"' : ''
    const head = `--hearth\r\ncontent-disposition: form-data; name="${name.replace(/[^\w-]/g, '_')}"${file}\r\n\r\n`
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    return [Buffer.from(head), isFile && picture ? picture : Buffer.from(text), Buffer.from('\r\n')]
  })
  return Buffer.concat([...parts, Buffer.from('--hearth--\r\n')])
}
