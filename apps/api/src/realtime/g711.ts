/** One sample of 16 bits and the byte that telephones make of it (ITU-T G.711), either way. */
export interface Companding {
  encode(sample: number): number
  decode(byte: number): number
}

const bias = 132
const loudest = 32_635

/** North America's and Japan's. */
export const ulaw: Companding = {
  encode(sample) {
    const sign = sample < 0 ? 0x80 : 0
    const size = Math.min(Math.abs(sample), loudest) + bias
    const exponent = Math.floor(Math.log2(size)) - 7
    const mantissa = (size >> (exponent + 3)) & 0x0f
    return ~(sign | (exponent << 4) | mantissa) & 0xff
  },
  decode(byte) {
    const bits = ~byte & 0xff
    const exponent = (bits >> 4) & 7
    const size = ((((bits & 0x0f) << 3) + bias) << exponent) - bias
    return bits & 0x80 ? 0 - size : size
  },
}

/** Europe's. */
export const alaw: Companding = {
  encode(sample) {
    const sign = sample < 0 ? 0 : 0x80
    const size = Math.min(sample < 0 ? -sample - 1 : sample, 32_767) >> 4
    const exponent = Math.max(1, Math.floor(Math.log2(size)) - 3)
    const code = size < 32 ? size : (exponent << 4) | ((size >> (exponent - 1)) & 0x0f)
    return (sign | code) ^ 0x55
  },
  decode(byte) {
    const bits = byte ^ 0x55
    const exponent = (bits >> 4) & 7
    const mantissa = (bits & 0x0f) << 4
    const size = exponent === 0 ? mantissa + 8 : (mantissa + 0x108) << (exponent - 1)
    return bits & 0x80 ? size : 0 - size
  },
}
