/** Texts that the panels of seeing share. */
const en = {
  image: 'Picture',
  need_image: 'Drop, paste or choose a picture.',
  confidence: 'Confidence at least',
  chip_confidence: 'at least {value}',
  only: 'Only these',
  only_hint: 'person, dog',
  only_note: 'Names of classes, separated by commas. Empty: all.',
}
const zh: typeof en = {
  image: '图片',
  need_image: '请拖入、粘贴或选择一张图片。',
  confidence: '最低置信度',
  chip_confidence: '不低于 {value}',
  only: '只看这些',
  only_hint: 'person, dog',
  only_note: '类别名称，用逗号分隔；留空表示全部。',
}
export const seeingMessages = { en, zh }
