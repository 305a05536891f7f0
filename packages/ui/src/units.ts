import { useFormatter, useLocale, useTranslations } from 'use-intl'

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB']

/** Bytes in decimal units with the precision that fits: 512 B, 21 MB, 2.1 GB. */
export function splitBytes(bytes: number): { value: number; unit: string } {
  const power = bytes < 1000 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(bytes) / 3))
  const scaled = bytes / 1000 ** power
  const value = power >= 3 && scaled < 100 ? Math.round(scaled * 10) / 10 : Math.round(scaled)
  return { value, unit: byteUnits[power] ?? 'B' }
}

export interface Units {
  bytes(bytes: number): string
  /** `1.1 / 18 GB` */
  bytesOf(part: number, whole: number): string
  duration(seconds: number): string
  /** An estimate, no more precise than it is. */
  about(seconds: number): string
  /** Relative, such as `5 minutes ago`. */
  ago(iso: string, now: number): string
  /** The exact time, for a title. */
  exact(iso: string): string
  number(value: number): string
  ordinal(value: number): string
  /** A language by its code. */
  language(code: string): string
}

export function useUnits(): Units {
  const t = useTranslations('ui')
  const format = useFormatter()
  const locale = useLocale()
  const bytes = (count: number) => {
    const { value, unit } = splitBytes(count)
    return t('bytes', { value: format.number(value), unit })
  }
  const duration = (seconds: number) => {
    if (seconds < 0.95) return t('under_a_second')
    if (seconds < 10) return t('seconds', { n: format.number(seconds, { maximumFractionDigits: 1 }) })
    const whole = Math.round(seconds)
    if (whole < 90) return t('seconds', { n: whole })
    if (whole < 600 && whole % 60 > 0) return t('minutes_seconds', { m: Math.floor(whole / 60), s: whole % 60 })
    if (whole < 5400) return t('minutes', { n: Math.round(whole / 60) })
    return t('hours', { h: Math.floor(whole / 3600), m: Math.round((whole % 3600) / 60) })
  }
  return {
    bytes,
    duration,
    about: seconds =>
      duration(seconds < 0.95 ? seconds : seconds < 90 ? Math.round(seconds) : Math.round(seconds / 60) * 60),
    bytesOf(part, whole) {
      const all = splitBytes(whole)
      const scale = 1000 ** byteUnits.indexOf(all.unit)
      const digits = all.unit === 'GB' || all.unit === 'TB' ? 1 : 0
      const done = format.number(part / scale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
      return `${done} / ${format.number(all.value)} ${all.unit}`
    },
    ago(iso, now) {
      const at = Date.parse(iso)
      return now - at < 45_000 ? t('just_now') : format.relativeTime(new Date(at), { now: new Date(now) })
    },
    exact: iso => format.dateTime(new Date(iso), { dateStyle: 'medium', timeStyle: 'medium' }),
    number: value => format.number(value),
    language: code => new Intl.DisplayNames(locale, { type: 'language' }).of(code) ?? code,
    ordinal(value) {
      if (locale !== 'en') return String(value)
      const suffix = { one: 'st', two: 'nd', few: 'rd', other: 'th', zero: 'th', many: 'th' }
      return `${value}${suffix[new Intl.PluralRules('en', { type: 'ordinal' }).select(value)]}`
    },
  }
}
