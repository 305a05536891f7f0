interface Entry {
  at: string
  person: { id: string; name: string | null }
  kiosk: string | null
  challenged: boolean
  similarity: number
}

/** Rows for a spreadsheet, with a head line. */
export function attendanceCsv(entries: readonly Entry[]): string {
  const rows = entries.map(({ at, person, kiosk, challenged, similarity }) =>
    [at, person.id, person.name ?? '', kiosk ?? '', challenged ? 'yes' : 'no', similarity.toFixed(3)]
      .map(cell)
      .join(','),
  )
  // The mark tells spreadsheets that it is UTF-8.
  return `\ufeff${['at,person,name,kiosk,challenged,similarity', ...rows].join('\r\n')}\r\n`
}

/** In quotes where it must be; what a spreadsheet would run as a formula is made plain text. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
