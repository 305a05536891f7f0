import { lookingMessages } from '@hearth/ui/seeing'

/** Texts that the panels of seeing share. */
const en = {
  ...lookingMessages.en,
  only: 'Only these',
  only_hint: 'person, dog',
  only_note: 'Names of classes, separated by commas. Empty: all.',
}
const zh: typeof en = {
  ...lookingMessages.zh,
  only: '只看这些',
  only_hint: 'person, dog',
  only_note: '类别名称，用逗号分隔；留空表示全部。',
}
export const seeingMessages = { en, zh }
