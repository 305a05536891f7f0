const units = ['B', 'kB', 'MB', 'GB', 'TB']

/** A size as people read it, in powers of ten: `3.4 GB`. */
export function humanBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  const digits = unit === 0 || value >= 99.5 ? 0 : value >= 9.95 ? 1 : 2
  return `${Number(value.toFixed(digits))} ${units[unit]}`
}
