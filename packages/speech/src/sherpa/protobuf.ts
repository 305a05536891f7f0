/** The few words of protobuf's wire format that an ONNX file is completed with. */

/** A message, a text or bytes in a field. */
export function field(number: number, content: string | readonly Uint8Array[]): Uint8Array {
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.concat(content)
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

/** A whole number, not negative, in a field. */
export function number(number: number, value: number): Uint8Array {
  return Buffer.concat([varint(number * 8), varint(value)])
}

/** A 32-bit floating point number in a field. */
export function float(number: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return Buffer.concat([varint(number * 8 + 5), bytes])
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest])
    bytes.push((rest % 128) + 128)
  }
}

/** A field of a message; `bytes` are empty where it holds a number. */
export interface ReadField {
  number: number
  bytes: Uint8Array
}

/** The fields of a message in their order, without looking into them. @throws RangeError where it is cut or none. */
export function* readFields(message: Uint8Array): Generator<ReadField> {
  let at = 0
  const read = () => {
    let value = 0
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++]
      if (byte === undefined || shift > 2 ** 63) throw new RangeError('a number of the message is cut')
      value += (byte % 128) * shift
      if (byte < 128) return value
    }
  }
  const take = (length: number) => {
    if (at + length > message.length) throw new RangeError('a field of the message is cut')
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = read()
    const number = Math.floor(tag / 8)
    const wire = tag % 8
    if (wire === 0) read()
    else if (wire > 2 && wire !== 5) throw new RangeError(`a field of an unknown kind, ${wire}`)
    yield { number, bytes: wire === 0 ? new Uint8Array() : take(wire === 1 ? 8 : wire === 5 ? 4 : read()) }
  }
}
