/** Puts a picture on the clipboard, as PNG, which is what other programs take. */
export async function copyPicture(address: string): Promise<void> {
  const png = fetch(address).then(async response => {
    const blob = await response.blob()
    return blob.type === 'image/png' ? blob : asPng(blob)
  })
  await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
}

async function asPng(blob: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(blob)
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height)
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0)
  return await canvas.convertToBlob({ type: 'image/png' })
}
