/** Powers of ten that a 64-bit number holds exactly. */
const powers = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`))

/**
 * A 32-bit number with the nine digits that name it; as a 64-bit number it would be written with twice as many. Division
 * by an exact power gives what reading the digits would, in a fraction of the time.
 */
export function nineDigits(value: number): number {
  if (value === 0) return value
  const scale = powers[8 - Math.floor(Math.log10(Math.abs(value)))]
  return scale === undefined ? Number(value.toPrecision(9)) : Math.round(value * scale) / scale
}
