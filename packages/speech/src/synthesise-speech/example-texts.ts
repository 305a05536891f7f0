const texts: Record<string, readonly string[]> = {
  en: [
    'Good morning. It is time for tea.',
    'The train to the coast leaves from platform four in ten minutes.',
    'Once upon a time, a lighthouse keeper lost his lamp and found the moon.',
    'Your parcel has arrived. Please bring something with your name on it.',
  ],
  zh: [
    '早上好，该喝茶了。',
    '开往海边的列车十分钟后从四号站台发车。',
    '很久以前，守灯塔的人丢了灯，却找到了月亮。',
    '您的包裹到了，请携带证件领取。',
  ],
}

/** What one might have a voice say, in the first of its languages that there is anything for. */
export function openingSentences(languages: readonly string[]): readonly string[] {
  const known = languages.map(tag => tag.split(/[-_]/)[0] ?? '').find(language => language in texts)
  return (known === undefined ? undefined : texts[known]) ?? []
}
