import type { WireDialect } from '../dialect.ts'
import { converse } from './talk.ts'

/** Wyoming, the voice protocol of Home Assistant: speech to text and back. */
export const dialect: WireDialect = { id: 'wyoming', title: 'Wyoming', converse }
