import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Locator } from 'playwright-core'

/** Drags a file over a place until the page says what that would do, and lets it go. */
export async function dropFile(place: Locator, path: string, type: string, said: string): Promise<void> {
  const file = { base64: await readFile(path, 'base64'), name: basename(path), type }
  const page = place.page()
  const transfer = await page.evaluateHandle(({ base64, name, type }) => {
    const files = new DataTransfer()
    const bytes = Uint8Array.from(atob(base64), sign => sign.charCodeAt(0))
    files.items.add(new File([bytes], name, { type }))
    return files
  }, file)
  await place.dispatchEvent('dragover', { dataTransfer: transfer })
  await page.getByText(said).waitFor()
  await place.dispatchEvent('drop', { dataTransfer: transfer })
}
