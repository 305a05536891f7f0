import { CopyButton, type Translate } from '@hearth/ui'
import { type ComponentProps, createContext, memo, type ReactNode, use, useDeferredValue, useRef } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import rehypeHighlight from 'rehype-highlight'
import remarkGfm from 'remark-gfm'

const tones: Record<string, string> = {
  keyword: 'text-ember-ink',
  operator: 'text-muted',
  string: 'text-good',
  regexp: 'text-good',
  addition: 'text-good',
  deletion: 'text-bad',
  number: 'text-warn',
  literal: 'text-warn',
  symbol: 'text-warn',
  comment: 'text-faint',
  quote: 'text-faint',
  meta: 'text-muted',
  title: 'text-info',
  section: 'text-info',
  attr: 'text-info',
  attribute: 'text-info',
  name: 'text-info',
  built_in: 'text-info',
  type: 'text-info',
}

/** Colour of what a highlighter calls `hljs-string`, `hljs-title function_` and so on. */
function toneOf(className: string | undefined): string | undefined {
  const kind = /\bhljs-(\w+)/.exec(className ?? '')?.[1]
  return kind === undefined ? className : tones[kind]
}

type Tag<Name extends keyof React.JSX.IntrinsicElements> = ComponentProps<Name> & { node?: unknown }

/** Pictures are not fetched: an address may tell somebody what was talked about. */
function Picture({ src, alt }: Tag<'img'>) {
  return typeof src === 'string' ? <Anchor href={src}>{alt || src}</Anchor> : alt
}

function Anchor({ href, children }: Tag<'a'>) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" className="text-ember-ink underline underline-offset-2">
      {children}
    </a>
  )
}

const titleClass = 'mt-4 mb-1 font-strong text-bright first:mt-0'

/** Of the buttons; a context, so that a block stays the same block while text comes in. */
const Words = createContext<Translate>(key => key)

const components: Components = {
  // The page has titles of its own above these.
  h1: ({ children }) => <h3 className={`${titleClass} text-16`}>{children}</h3>,
  h2: ({ children }) => <h4 className={`${titleClass} text-15`}>{children}</h4>,
  h3: ({ children }) => <h5 className={titleClass}>{children}</h5>,
  h4: ({ children }) => <h6 className={titleClass}>{children}</h6>,
  h5: ({ children }) => <h6 className={titleClass}>{children}</h6>,
  p: ({ children }) => <p className="my-2.5 first:mt-0 last:mb-0">{children}</p>,
  ul: ({ children }) => <ul className="my-2.5 list-disc pl-5.5 marker:text-faint">{children}</ul>,
  ol: ({ children, start }) => (
    <ol start={start} className="my-2.5 list-decimal pl-5.5 marker:text-faint marker:tabular">
      {children}
    </ol>
  ),
  li: ({ children }) => <li className="my-1">{children}</li>,
  blockquote: ({ children }) => (
    <blockquote className="my-2.5 border-l-2 border-line-strong pl-3.5 text-muted">{children}</blockquote>
  ),
  hr: () => <hr className="my-4 border-line" />,
  table: ({ children }) => (
    <div className="my-3 overflow-x-auto rounded-8 border border-line">
      <table className="w-full border-collapse text-13 [&_tbody_tr:last-child_td]:border-b-0">{children}</table>
    </div>
  ),
  th: ({ children, style }) => (
    <th style={style} className="border-b border-line px-3 py-1.5 text-left font-medium">
      {children}
    </th>
  ),
  td: ({ children, style }) => (
    <td style={style} className="border-b border-line px-3 py-1.5 align-top">
      {children}
    </td>
  ),
  pre: CodeBlock,
  a: Anchor,
  img: Picture,
  span: ({ className, children }) => <span className={toneOf(className)}>{children}</span>,
  code: ({ children }) => (
    <code className="rounded-4 bg-hover px-1 py-px font-mono text-[0.9em] wrap-anywhere">{children}</code>
  ),
}

/** A block of code with its language and the way to copy it. */
function CodeBlock({ children }: Tag<'pre'>) {
  const t = use(Words)
  const block = useRef<HTMLPreElement>(null)
  const { className, children: code } =
    (children as { props?: { className?: string; children?: ReactNode } }).props ?? {}
  const language = /\blanguage-([\w+#-]+)/.exec(className ?? '')?.[1]
  return (
    <div className="my-3 overflow-hidden rounded-8 border border-line bg-canvas">
      <div className="flex items-center justify-between py-1 pr-1 pl-3.5 text-12 text-muted">
        <span className="font-mono">{language ?? t('code')}</span>
        <CopyButton text={() => block.current?.textContent ?? ''} label={t('copy_code')} done={t('copied')} />
      </div>
      <pre
        ref={block}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto px-3.5 pt-1 pb-3 font-mono text-13 leading-[1.6] outline-offset-[-2px]"
      >
        <code>{code ?? children}</code>
      </pre>
    </div>
  )
}

const remark = [remarkGfm]
const rehype = [rehypeHighlight]

/** What a model wrote, as text with titles, lists, tables and code. HTML in it stays text. */
export const Markdown = memo(function Markdown({ text, t }: { text: string; t: Translate }) {
  // While more comes in, keys and clicks go first.
  const settled = useDeferredValue(text)
  return (
    <Words value={t}>
      <ReactMarkdown remarkPlugins={remark} rehypePlugins={rehype} components={components}>
        {settled}
      </ReactMarkdown>
    </Words>
  )
})
