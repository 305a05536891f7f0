/** The languages that Whisper knows: codes and its own English names for them. */
const names = new Map(
  (
    'en:english zh:chinese de:german es:spanish ru:russian ko:korean fr:french ja:japanese pt:portuguese tr:turkish ' +
    'pl:polish ca:catalan nl:dutch ar:arabic sv:swedish it:italian id:indonesian hi:hindi fi:finnish vi:vietnamese ' +
    'he:hebrew uk:ukrainian el:greek ms:malay cs:czech ro:romanian da:danish hu:hungarian ta:tamil no:norwegian ' +
    'th:thai ur:urdu hr:croatian bg:bulgarian lt:lithuanian la:latin mi:maori ml:malayalam cy:welsh sk:slovak ' +
    'te:telugu fa:persian lv:latvian bn:bengali sr:serbian az:azerbaijani sl:slovenian kn:kannada et:estonian ' +
    'mk:macedonian br:breton eu:basque is:icelandic hy:armenian ne:nepali mn:mongolian bs:bosnian kk:kazakh ' +
    'sq:albanian sw:swahili gl:galician mr:marathi pa:punjabi si:sinhala km:khmer sn:shona yo:yoruba so:somali ' +
    'af:afrikaans oc:occitan ka:georgian be:belarusian tg:tajik sd:sindhi gu:gujarati am:amharic yi:yiddish lo:lao ' +
    'uz:uzbek fo:faroese ht:haitian_creole ps:pashto tk:turkmen nn:nynorsk mt:maltese sa:sanskrit lb:luxembourgish ' +
    'my:myanmar bo:tibetan tl:tagalog mg:malagasy as:assamese tt:tatar haw:hawaiian ln:lingala ha:hausa ba:bashkir ' +
    'jw:javanese su:sundanese yue:cantonese'
  )
    .split(' ')
    .map(pair => pair.replace('_', ' ').split(':') as [string, string]),
)

const codes = new Map([...names].map(([code, name]) => [name, code]))

/** Other names of the same languages, as Whisper takes them, and other codes. */
const others = new Map(
  Object.entries({
    burmese: 'my',
    valencian: 'ca',
    flemish: 'nl',
    haitian: 'ht',
    letzeburgesch: 'lb',
    pushto: 'ps',
    panjabi: 'pa',
    moldavian: 'ro',
    moldovan: 'ro',
    sinhalese: 'si',
    castilian: 'es',
    mandarin: 'zh',
    cmn: 'zh',
    iw: 'he',
    jv: 'jw',
    nb: 'no',
    fil: 'tl',
  }),
)

export const whisperLanguages: readonly string[] = [...names.keys()]

/** The full name in lower case, as in `english`; a code that Whisper does not know stays as it is. */
export function languageName(code: string): string {
  return names.get(code) ?? code
}

/**
 * The code of a language that was given as a code (`en`, also `en-US`) or by its name (`English`).
 * Unknown codes are let through: whether a language can be heard is the model's to say. Unknown names are undefined.
 */
export function languageCode(given: string): string | undefined {
  const name = given.trim().toLowerCase()
  const [code = ''] = name.split(/[-_]/)
  const known = codes.get(name) ?? others.get(name) ?? others.get(code)
  return known ?? (/^[a-z]{2,3}$/.test(code) ? code : undefined)
}
