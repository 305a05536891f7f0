import { Button, SelectField } from '@hearth/ui'
import { Modal } from '@hearth/ui/dialog'
import type { Camera } from '@hearth/ui/seeing'
import { Languages, LogOut, Maximize } from 'lucide-react'
import { useTranslations } from 'use-intl'
import { useLanguage } from '../settings/appearance.ts'

export interface KioskAboutProps {
  /** Whether actions are asked for. */
  challenge: boolean
  camera: Camera
  onCamera(id: string): void
  onForget(): void
  onClose(): void
}

/** What this kiosk is worth as a lock, and its few settings. */
export function KioskAbout({ challenge, camera, onCamera, onForget, onClose }: KioskAboutProps) {
  const t = useTranslations('kiosk')
  const [locale, setLocale] = useLanguage()
  return (
    <Modal
      open
      wide
      onOpenChange={onClose}
      title={t('about')}
      actions={
        <>
          <Button onClick={() => setLocale(locale === 'en' ? 'zh' : 'en')}>
            <Languages size={16} aria-hidden />
            {t('language')}
          </Button>
          <Button onClick={() => void document.documentElement.requestFullscreen().catch(() => undefined)}>
            <Maximize size={16} aria-hidden />
            {t('full')}
          </Button>
          <Button look="danger" onClick={onForget}>
            <LogOut size={16} aria-hidden />
            {t('forget')}
          </Button>
          <Button onClick={onClose}>{t('close')}</Button>
        </>
      }
    >
      <div className="grid gap-5 pt-2 text-13">
        {challenge ? null : <p className="rounded-8 bg-bad-soft px-3 py-2.5 text-ink">{t('about_off')}</p>}
        <div className="grid gap-5 sm:grid-cols-2">
          {challenge ? (
            <Points
              title={t('about_can')}
              points={[t('about_can_1'), t('about_can_2'), t('about_can_3'), t('about_can_4')]}
            />
          ) : (
            <Points title={t('about_can')} points={[t('about_can_1')]} />
          )}
          <Points
            title={t('about_cannot')}
            points={[t('about_cannot_1'), t('about_cannot_2'), t('about_cannot_3'), t('about_cannot_4')]}
          />
        </div>
        <p className="text-muted">
          {t('about_advice')} {t('about_kept')}
        </p>
        {camera.cameras.length > 1 ? (
          <SelectField
            label={t('camera')}
            value={camera.chosen}
            onChange={onCamera}
            options={camera.cameras.map(({ id, label }) => ({
              value: id,
              label: /^\d+$/.test(label) ? t('camera_number', { n: label }) : label,
            }))}
          />
        ) : null}
      </div>
    </Modal>
  )
}

function Points({ title, points }: { title: string; points: string[] }) {
  return (
    <section>
      <h2>{title}</h2>
      <ul className="mt-2 grid list-disc gap-1.5 pl-4 text-ink">
        {points.map(point => (
          <li key={point}>{point}</li>
        ))}
      </ul>
    </section>
  )
}
