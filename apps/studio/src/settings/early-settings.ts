/** Runs before the first paint: theme and language as they were chosen, else as the system has them. */
export const earlySettings = `(() => {
  const root = document.documentElement
  const theme = localStorage.getItem('hearth.theme')
  const light = theme ? theme === '"light"' : matchMedia('(prefers-color-scheme: light)').matches
  root.dataset.theme = light ? 'light' : 'dark'
  const locale = localStorage.getItem('hearth.locale')
  const chinese = locale ? locale === '"zh"' : (navigator.languages[0] || '').startsWith('zh')
  root.lang = chinese ? 'zh' : 'en'
})()`
