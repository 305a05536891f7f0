import { expect, it } from 'vitest'
import { toJsonSchema } from './json-schema.ts'

it.each([
  ['types in capitals', { type: 'STRING' }, { type: 'string' }],
  ['no type', { type: 'TYPE_UNSPECIFIED', description: 'x' }, { description: 'x' }],
  ['nullable', { type: 'INTEGER', nullable: true, format: 'int32' }, { type: ['integer', 'null'] }],
  [
    'nullable choices',
    { type: 'STRING', format: 'enum', enum: ['a'], nullable: true },
    { type: ['string', 'null'], enum: ['a', null] },
  ],
  [
    'nullable unions',
    { anyOf: [{ type: 'STRING' }], nullable: true },
    { anyOf: [{ type: 'string' }, { type: 'null' }] },
  ],
  ['formats of text', { type: 'STRING', format: 'date-time' }, { type: 'string', format: 'date-time' }],
  ['choices of numbers', { type: 'INTEGER', enum: ['1', '2'] }, { type: 'integer', enum: [1, 2] }],
  [
    'numbers as text',
    { type: 'ARRAY', items: { type: 'NUMBER' }, min_items: '1', maxItems: 3 },
    { type: 'array', items: { type: 'number' }, minItems: 1, maxItems: 3 },
  ],
  [
    'snake case',
    { any_of: [{ type: 'BOOLEAN' }, { type: 'NULL' }] },
    { anyOf: [{ type: 'boolean' }, { type: 'null' }] },
  ],
  [
    'JSON Schema',
    { type: 'object', properties: { any_of: { type: ['string', 'null'] } }, additionalProperties: false },
    { type: 'object', properties: { any_of: { type: ['string', 'null'] } }, additionalProperties: false },
  ],
])('reads %s', (_, google, expected) => {
  expect(toJsonSchema(google)).toEqual(expected)
})

it('puts properties in the order that is asked for', () => {
  const schema = toJsonSchema({
    type: 'OBJECT',
    properties: { last: { type: 'STRING' }, second: { type: 'STRING' }, first: { type: 'STRING' } },
    propertyOrdering: ['first', 'second'],
    required: ['last'],
  })
  expect(Object.keys(schema.properties ?? {})).toEqual(['first', 'second', 'last'])
  expect(schema).toMatchObject({ type: 'object', required: ['last'] })
  expect(schema).not.toHaveProperty('propertyOrdering')
})
