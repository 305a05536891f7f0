import { expect, test } from 'vitest'
import { settingsSent } from './use-look.ts'

test('settings that are the same are sent as the same text, whichever was set first', () => {
  const one = settingsSent({ min_score: 0.05 }, { image: 'upload:a', max_objects: 5 })
  const other = settingsSent({ min_score: 0.05 }, { min_score: 0.9, max_objects: 5, image: 'upload:a' })
  expect(JSON.stringify(one)).toBe(JSON.stringify(other))
})
