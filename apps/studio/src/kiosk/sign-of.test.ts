import { expect, test } from 'vitest'
import type { KioskLink, Turn } from './kiosk-link.ts'
import { kioskWords } from './kiosk-words.ts'
import { type Say, signOf } from './sign-of.ts'

const say: Say = (word, values = {}) =>
  Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, String(value)), kioskWords.en[word])
const face = { welcome: { en: 'Good morning, {name}', zh: '早上好，{name}' }, sound: true, challenge: true, actions: 2 }
const at = (turn: Turn | null, state: KioskLink['state'] = 'connected'): KioskLink => ({
  state,
  turn,
  face,
  refusal: null,
  socket: null,
})

test('only a grant looks like one', () => {
  const turns: (Turn | null)[] = [
    null,
    { phase: 'idle' },
    { phase: 'look', reason: 'hold-still', person: { name: 'Ada' } },
    { phase: 'challenge', challenge: { action: 'blink', step: 'act', index: 0, total: 2, seconds_left: 5.2 } },
    { phase: 'challenge' },
    { phase: 'refused', reason: 'too-slow' },
    { phase: 'refused' },
    { phase: 'worker-away', reason: 'unavailable' },
  ]
  for (const turn of turns) expect(signOf(at(turn), 'on', 'en', say)?.tone).not.toBe('good')
  const granted = signOf(at({ phase: 'granted', person: { name: 'Ada' } }), 'on', 'en', say)
  expect(granted).toMatchObject({ tone: 'good', title: 'Good morning, Ada' })
  expect(signOf(at({ phase: 'granted', person: { name: 'Ada' } }), 'on', 'zh', say)?.title).toBe('早上好，Ada')
})

test('a grant that is left over from before the connection broke is not shown', () => {
  const left = at({ phase: 'granted', person: { name: 'Ada' } }, 'offline')
  expect(signOf(left, 'on', 'en', say)).toMatchObject({ tone: 'away', title: 'No connection' })
})

test('an action says what to do, how far it is and how much time is left', () => {
  const challenge = { action: 'turn_left', step: 'act', index: 1, total: 3, seconds_left: 3.4 } as const
  expect(signOf(at({ phase: 'challenge', challenge }), 'on', 'en', say)).toMatchObject({
    title: 'Turn your head to your left',
    text: '2 of 3',
    action: { index: 1, total: 3, left: 3.4 },
  })
  const back = signOf(at({ phase: 'challenge', challenge: { ...challenge, step: 'back' } }), 'on', 'en', say)
  expect(back?.title).toBe('And back: look here')
})

test('every reason has its words', () => {
  const reasons = [
    'unknown',
    'too-far',
    'not-straight',
    'eyes-shut',
    'mouth-open',
    'second-face',
    'cannot-see',
    'hold-still',
  ] as const
  for (const reason of reasons) expect(signOf(at({ phase: 'look', reason }), 'on', 'en', say)?.title).toBeTruthy()
  const refusals = [
    'too-slow',
    'wrong-action',
    'face-lost',
    'face-changed',
    'face-jumped',
    'second-face',
    'cannot-see',
    'interrupted',
  ] as const
  for (const reason of refusals) {
    expect(signOf(at({ phase: 'refused', reason }), 'on', 'en', say)?.text).not.toContain('undefined')
  }
})
