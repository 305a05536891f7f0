/** How a kind of models writes calls of tools. */
export interface CallFormat {
  /** What calls begin with. */
  open: string
  /** What each ends with; without it they go on to the end of the answer. */
  close?: string
  /** An answer that begins with a brace is a call, mark or none. */
  bare: boolean
  /** What the object of a call names its arguments. */
  field: 'arguments' | 'parameters'
  /** What stands before the first object, between two and after the last. */
  frame: readonly [before: string, between: string, after: string]
  /** Marks that are tokens of their own, which do not count as text elsewhere. */
  marks: readonly string[]
}

/** That of Hermes, which Qwen, SmolLM and many others were trained on. */
export const hermes: CallFormat = {
  open: '<tool_call>',
  close: '</tool_call>',
  bare: false,
  field: 'arguments',
  frame: ['<tool_call>\n', '\n</tool_call>\n<tool_call>\n', '\n</tool_call>'],
  marks: ['<tool_call>', '</tool_call>'],
}

/** A list of objects; newer models write `name[ARGS]{...}` behind each mark. */
const mistral: CallFormat = {
  open: '[TOOL_CALLS]',
  bare: false,
  field: 'arguments',
  frame: ['[TOOL_CALLS][', ', ', ']'],
  marks: ['[TOOL_CALLS]', '[ARGS]', '[CALL_ID]'],
}

/** Objects that are the whole answer, from Llama 3.1 on. */
const llama: CallFormat = {
  open: '<|python_tag|>',
  bare: true,
  field: 'parameters',
  frame: ['', '; ', ''],
  marks: ['<|python_tag|>'],
}

/** The format that a template tells its model to write. */
export function callFormatOf(template: string): CallFormat {
  if (template.includes(mistral.open)) return mistral
  const isLlama = template.includes(llama.open) || /"parameters": dictionary of argument name/.test(template)
  return isLlama && !template.includes(hermes.open) ? llama : hermes
}
