import { createHash } from 'node:crypto'

/** What a person is asked to agree to, for pages that have no text of their own. A new wording is a new version. */
export const consentText = {
  version: 'hearth-1',
  purpose: 'To be recognised by face on this installation.',
  text: {
    en: [
      'I agree that numbers which describe my face are computed from pictures of me and kept on this server, so that it recognises me.',
      'They are kept encrypted, used for nothing else and given to nobody.',
      'I can see everything that is held about me and have it erased at any time; after the date below it is erased by itself.',
    ].join(' '),
    zh: [
      '我同意从我的照片中计算描述我面部的数值,并保存在本服务器上,以便它能识别我。',
      '这些数值加密保存,不作他用,也不提供给任何人。',
      '我可以随时查看所有关于我的数据并要求删除;到期后会自动删除。',
    ].join(''),
  },
}

export const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** sha256 of the built-in text, all languages. */
export const consentDigest = digestOf(JSON.stringify(consentText.text))
