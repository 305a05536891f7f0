import { IconButton, MenuButton } from '@hearth/ui'
import { useQueryClient } from '@tanstack/react-query'
import { BookOpen, CircleUserRound, Keyboard, Languages, LogOut, Moon, Search, Sun } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { useTranslations } from 'use-intl'
import { request } from '../api/client.ts'
import { useSession } from '../api/queries.ts'
import { QueuePill } from '../jobs/queue-pill.tsx'
import { useLanguage, useTheme } from '../settings/appearance.ts'
import { DevicePill } from '../system/device-pill.tsx'
import { Mark } from './mark.tsx'
import { placeAt, places } from './places.ts'
import { showShortcuts } from './shortcuts.tsx'

export function TopBar() {
  const t = useTranslations('nav')
  const path = usePathname()
  const router = useRouter()
  const [theme, setTheme] = useTheme()
  const [locale, setLocale] = useLanguage()
  return (
    <header className="flex items-center gap-1 border-b border-line bg-ground px-4 max-sm:px-3">
      <Link
        href="/"
        className="mr-5 flex items-center gap-2.5 rounded-6 text-15 font-bold tracking-[-0.015em] text-bright max-lg:mr-2"
      >
        <Mark />
        Hearth
      </Link>
      <nav aria-label={t('main')} className="flex h-full max-md:hidden">
        {places
          .filter(place => !place.within)
          .map(place => {
            const here = placeAt(path)
            const current = here?.name === place.name || here?.within === place.name
            return (
              <Link
                key={place.name}
                href={place.href}
                aria-current={current ? 'page' : undefined}
                className={`${place.rare ? 'max-xl:px-2 max-lg:hidden ' : ''}relative flex items-center px-3 text-muted outline-offset-[-6px] transition-colors hover:text-bright aria-[current]:text-bright aria-[current]:after:absolute aria-[current]:after:inset-x-3 aria-[current]:after:-bottom-px aria-[current]:after:h-0.5 aria-[current]:after:rounded-full aria-[current]:after:bg-ember max-lg:px-2`}
              >
                {t(place.name)}
              </Link>
            )
          })}
      </nav>
      <span className="flex-1" />
      <QueuePill />
      <span className="max-sm:hidden">
        <DevicePill />
      </span>
      <span className="flex max-sm:hidden">
        <IconButton label={t('search')} onClick={() => router.push('/gallery/?search=1')}>
          <Search size={16} aria-hidden />
        </IconButton>
        <IconButton
          label={theme === 'dark' ? t('to_light') : t('to_dark')}
          onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
        >
          {theme === 'dark' ? <Sun size={16} aria-hidden /> : <Moon size={16} aria-hidden />}
        </IconButton>
        <IconButton label={t('language')} onClick={() => setLocale(locale === 'en' ? 'zh' : 'en')}>
          <Languages size={16} aria-hidden />
        </IconButton>
      </span>
      <AccountMenu />
    </header>
  )
}

/** Who is signed in and what is rarely needed; on a phone also the way to every page. */
function AccountMenu() {
  const t = useTranslations('nav')
  const router = useRouter()
  const session = useSession()
  const client = useQueryClient()
  const [theme, setTheme] = useTheme()
  const [locale, setLocale] = useLanguage()
  const signOut = async () => {
    await request('/session', { method: 'DELETE' })
    client.clear()
    window.location.assign('/')
  }
  const dark = theme === 'dark'
  return (
    <MenuButton
      align="end"
      className="w-[230px]"
      note={t('signed_in', { name: session.data?.key.name ?? '' })}
      trigger={
        <IconButton label={t('account')}>
          <CircleUserRound size={16} aria-hidden />
        </IconButton>
      }
      items={[
        ...places.map(place => ({
          label: t(place.name),
          className: place.rare ? 'lg:hidden' : 'md:hidden',
          onPick: () => router.push(place.href),
        })),
        {
          label: dark ? t('to_light') : t('to_dark'),
          icon: dark ? <Sun size={16} aria-hidden /> : <Moon size={16} aria-hidden />,
          className: 'sm:hidden',
          onPick: () => setTheme(dark ? 'light' : 'dark'),
        },
        {
          label: t('language'),
          icon: <Languages size={16} aria-hidden />,
          className: 'sm:hidden',
          onPick: () => setLocale(locale === 'en' ? 'zh' : 'en'),
        },
        { label: t('shortcuts'), icon: <Keyboard size={16} aria-hidden />, onPick: showShortcuts },
        {
          label: t('api'),
          icon: <BookOpen size={16} aria-hidden />,
          onPick: () => window.open('/api/docs', '_blank', 'noopener'),
        },
        { label: t('sign_out'), icon: <LogOut size={16} aria-hidden />, onPick: () => void signOut() },
      ]}
    />
  )
}
