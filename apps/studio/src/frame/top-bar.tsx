import { Menu } from '@base-ui/react/menu'
import { IconButton } from '@hearth/ui'
import { useQueryClient } from '@tanstack/react-query'
import { BookOpen, CircleUserRound, Keyboard, Languages, LogOut, Moon, Search, Sun } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import type { ReactNode } from 'react'
import { useTranslations } from 'use-intl'
import { request } from '../api/client.ts'
import { useSession } from '../api/queries.ts'
import { QueuePill } from '../jobs/queue-pill.tsx'
import { useLanguage, useTheme } from '../settings/appearance.ts'
import { DevicePill } from '../system/device-pill.tsx'
import { Mark } from './mark.tsx'
import { places } from './places.ts'
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
        {places.map(place => {
          const current = path === place.href
          return (
            <Link
              key={place.name}
              href={place.href}
              aria-current={current ? 'page' : undefined}
              className="relative flex items-center px-3 text-muted outline-offset-[-6px] transition-colors hover:text-bright aria-[current]:text-bright aria-[current]:after:absolute aria-[current]:after:inset-x-3 aria-[current]:after:-bottom-px aria-[current]:after:h-0.5 aria-[current]:after:rounded-full aria-[current]:after:bg-ember max-lg:px-2"
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

const itemClass =
  'flex cursor-pointer items-center gap-2.5 rounded-6 px-2.5 py-1.5 text-13 text-ink outline-none select-none data-highlighted:bg-hover'

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
  return (
    <Menu.Root>
      <Menu.Trigger
        render={
          <IconButton label={t('account')}>
            <CircleUserRound size={16} aria-hidden />
          </IconButton>
        }
      />
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={8} className="z-40">
          <Menu.Popup className="w-[230px] rounded-10 border border-line bg-raised p-1 shadow-card outline-none">
            <p className="truncate px-2.5 py-1.5 text-12 text-faint">
              {t('signed_in', { name: session.data?.key.name ?? '' })}
            </p>
            <div className="md:hidden">
              {places.map(place => (
                <Menu.Item key={place.name} className={itemClass} onClick={() => router.push(place.href)}>
                  {t(place.name)}
                </Menu.Item>
              ))}
              <Separator />
            </div>
            <div className="sm:hidden">
              <Item
                icon={theme === 'dark' ? <Sun size={16} aria-hidden /> : <Moon size={16} aria-hidden />}
                onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
              >
                {theme === 'dark' ? t('to_light') : t('to_dark')}
              </Item>
              <Item icon={<Languages size={16} aria-hidden />} onClick={() => setLocale(locale === 'en' ? 'zh' : 'en')}>
                {t('language')}
              </Item>
              <Separator />
            </div>
            <Item icon={<Keyboard size={16} aria-hidden />} onClick={showShortcuts}>
              {t('shortcuts')}
            </Item>
            <Item
              icon={<BookOpen size={16} aria-hidden />}
              onClick={() => window.open('/api/docs', '_blank', 'noopener')}
            >
              {t('api')}
            </Item>
            <Separator />
            <Item icon={<LogOut size={16} aria-hidden />} onClick={() => void signOut()}>
              {t('sign_out')}
            </Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

function Item({ icon, children, onClick }: { icon: ReactNode; children: ReactNode; onClick(): void }) {
  return (
    <Menu.Item className={itemClass} onClick={onClick}>
      <span className="text-muted">{icon}</span>
      {children}
    </Menu.Item>
  )
}

const Separator = () => <Menu.Separator className="mx-1 my-1 h-px bg-line" />
