import type { KioskView } from '@hearth/faces/kiosk'
import type { CameraState } from '@hearth/ui/seeing'
import type { KioskFace, KioskLink } from './kiosk-link.ts'
import type { KioskWord } from './kiosk-words.ts'

export type Tone = 'calm' | 'ask' | 'good' | 'bad' | 'away'

/** One state of the screen: at most two lines, readable at three metres. */
export interface Sign {
  tone: Tone
  title: string
  text: string | null
  /** While an action is asked for. */
  action?: { name: string; index: number; total: number; left: number }
}

export type Say = (word: KioskWord, values?: Record<string, string | number>) => string

/** What the screen says now. Everything that is not plainly a grant says something else. */
export function signOf(link: KioskLink, camera: CameraState, locale: 'en' | 'zh', say: Say): Sign | null {
  if (camera !== 'on') return null
  if (link.state === 'offline') return { tone: 'away', title: say('offline'), text: say('offline_text') }
  const { turn, face } = link
  if (!turn) {
    if (link.state === 'connecting') return { tone: 'away', title: say('connecting'), text: say('connecting_text') }
    return { tone: 'calm', title: say('idle'), text: say('idle_text') }
  }
  switch (turn.phase) {
    case 'worker-away':
      return { tone: 'away', title: say('away'), text: say('away_text') }
    case 'look':
      return lookSign(turn.reason ?? 'hold-still', turn.person?.name, say)
    case 'challenge':
      return actionSign(turn.challenge, say)
    case 'granted':
      return { tone: 'good', title: welcome(face, locale, turn.person?.name ?? ''), text: say('granted_text') }
    case 'refused':
      return {
        tone: 'bad',
        title: say('refused'),
        text: `${say(`refused_${turn.reason ?? 'interrupted'}` as KioskWord)} ${say('refused_again')}`,
      }
    default:
      return { tone: 'calm', title: say('idle'), text: say('idle_text') }
  }
}

function lookSign(reason: string, name: string | undefined, say: Say): Sign {
  const title = say(`look_${reason}` as KioskWord)
  if (reason === 'unknown') return { tone: 'ask', title, text: say('look_unknown_text') }
  if (reason === 'cannot-see') return { tone: 'ask', title, text: say('look_cannot-see_text') }
  return { tone: 'ask', title, text: name ? say('look_person', { name }) : say('look') }
}

function actionSign(asked: KioskView['challenge'], say: Say): Sign {
  if (!asked) return { tone: 'ask', title: say('look'), text: null }
  const { action, step, index, total, seconds_left } = asked
  return {
    tone: 'ask',
    title: say(step === 'back' ? 'act_back' : `act_${action}`),
    text: say('act_step', { index: index + 1, total }),
    action: { name: step === 'back' ? 'back' : action, index, total, left: seconds_left },
  }
}

function welcome(face: KioskFace | null, locale: 'en' | 'zh', name: string): string {
  return (face?.welcome[locale] ?? '{name}').replaceAll('{name}', name)
}
