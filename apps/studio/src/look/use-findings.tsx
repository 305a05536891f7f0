import { toAppError } from '@hearth/contract'
import { Button, MenuButton } from '@hearth/ui'
import { boxOf, JsonView, maskOf } from '@hearth/ui/seeing'
import { Braces, Copy, Crop, ImagePlus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslations } from 'use-intl'
import { mediaDesk } from '../api/media.ts'
import { useReuse } from '../create/reuse.ts'
import { notify } from '../frame/notices.tsx'
import type { Shown } from './look-bench.tsx'

const Modal = lazy(async () => ({ default: (await import('@hearth/ui/dialog')).Modal }))

/** Ways on from what was found: into the tasks that make pictures, or into a program. */
export function UseFindings({ shown, picture }: { shown: Shown; picture: string | null }) {
  const t = useTranslations('look')
  const reuse = useReuse()
  const [json, setJson] = useState(false)
  const { sight, output } = shown
  const placed = sight
    ? [...sight.findings.keys()].filter(index => boxOf(sight.findings[index] ?? { label: '', score: null }))
    : []

  const mask = async (inverted: boolean) => {
    if (!sight || !picture) return
    try {
      reuse.takeAsMask(picture, await mediaDesk.store(await maskOf(sight, placed, inverted)))
    } catch (thrown) {
      notify(toAppError(thrown).message, { seconds: 8 })
    }
  }
  const copyText = async (text: string) => {
    await navigator.clipboard.writeText(text)
    notify(t('copied'), { seconds: 2 })
  }
  return (
    <div className="mt-3 grid grid-cols-2 gap-2">
      {sight?.text ? (
        <Button className="col-span-2" onClick={() => void copyText(sight.text ?? '')}>
          <Copy size={16} aria-hidden />
          {t('copy_text')}
        </Button>
      ) : null}
      {picture && placed.length > 0 && reuse.canUseMask ? (
        <MenuButton
          trigger={
            <Button>
              <Crop size={16} aria-hidden />
              {t('mask')}
            </Button>
          }
          items={[
            { label: t('mask_inside'), onPick: () => void mask(false) },
            { label: t('mask_outside'), onPick: () => void mask(true) },
          ]}
        />
      ) : null}
      {picture && reuse.canUseInput ? (
        <Button onClick={() => reuse.takeAsInput(picture)}>
          <ImagePlus size={16} aria-hidden />
          {t('input')}
        </Button>
      ) : null}
      <Button onClick={() => setJson(true)}>
        <Braces size={16} aria-hidden />
        {t('json')}
      </Button>
      {json ? (
        <Suspense fallback={null}>
          <Modal open wide onOpenChange={() => setJson(false)} title={t('json_title')}>
            <div className="pt-3">
              <JsonView value={output} label={t('json_title')} />
            </div>
          </Modal>
        </Suspense>
      ) : null}
    </div>
  )
}
