import { field, float, number } from '../../sherpa/protobuf.ts'

/**
 * A voice draws noise for its melody and its rhythm, from a generator whose seed nobody can set and whose state goes on
 * from sentence to sentence. So the same text never gave the same sound. Here the operator's place is taken by a function
 * of the same signature that computes the noise of each element from its position: the same every time, in any order.
 */
const drawn = { operator: 'RandomNormalLike', domain: '' }
const computed = { operator: 'NormalLike', domain: 'same' }

/** The fields `op_type` and `domain` of a node. Those of both operators are of one length, so that nothing else moves. */
function operatorFields({ operator, domain }: typeof drawn): Buffer {
  return Buffer.concat([field(4, operator), ...(domain === '' ? [] : [field(7, domain)])])
}

/** Changes the operators in place. @returns how many there were. */
export function replaceNoise(onnx: Buffer): number {
  const [from, to] = [operatorFields(drawn), operatorFields(computed)]
  let found = 0
  for (let at = onnx.indexOf(from); at >= 0; at = onnx.indexOf(from, at + to.length)) {
    to.copy(onnx, at)
    found += 1
  }
  return found
}

type Attribute = [name: string, bytes: Uint8Array, type: number]
const whole = (name: string, value: number): Attribute => [name, number(3, value), 2]
const real = (name: string, value: number): Attribute => [name, float(2, value), 1]

function node(operator: string, inputs: readonly string[], output: string, attributes: readonly Attribute[] = []) {
  return field(7, [
    ...inputs.map(name => field(1, name)),
    field(2, output),
    field(4, operator),
    ...attributes.map(([name, bytes, type]) => field(5, [field(1, name), bytes, number(20, type)])),
  ])
}

/** A prime: the numbers stay below 2^31, so that their squares fit into 64 bits. */
const prime = 2_147_483_647

/** Evenly spread numbers between 0 and 1, one for each index: twice multiplied, moved and squared modulo the prime. */
function even(name: string, seeds: readonly [number, number]) {
  const step = (from: string, to: string, seed: number) => [
    node('Constant', [], `${to}_seed`, [whole('value_int', seed)]),
    node('Mul', [from, 'factor'], `${to}_scaled`),
    node('Add', [`${to}_scaled`, `${to}_seed`], `${to}_moved`),
    node('Mod', [`${to}_moved`, 'prime'], `${to}_root`),
    node('Mul', [`${to}_root`, `${to}_root`], `${to}_square`),
    node('Mod', [`${to}_square`, 'prime'], to),
  ]
  return [
    ...step('index', `${name}_once`, seeds[0]),
    ...step(`${name}_once`, `${name}_twice`, seeds[1]),
    node('Cast', [`${name}_twice`], `${name}_cast`, [whole('to', 1)]),
    node('Div', [`${name}_cast`, 'range'], `${name}_ratio`),
    node('Max', [`${name}_ratio`, 'least'], name),
  ]
}

/**
 * The function and its domain as fields of the model: normally distributed numbers after Box and Muller, in the shape of
 * the input.
 */
export function noiseFunction(): Uint8Array {
  const nodes = [
    node('Shape', ['like'], 'shape'),
    node('ReduceProd', ['shape'], 'count', [whole('keepdims', 0)]),
    node('Constant', [], 'zero', [whole('value_int', 0)]),
    node('Constant', [], 'one', [whole('value_int', 1)]),
    node('Constant', [], 'factor', [whole('value_int', 1_664_525)]),
    node('Constant', [], 'prime', [whole('value_int', prime)]),
    node('Constant', [], 'range', [real('value_float', prime)]),
    node('Constant', [], 'least', [real('value_float', 1e-9)]),
    node('Constant', [], 'minus_two', [real('value_float', -2)]),
    node('Constant', [], 'turn', [real('value_float', 2 * Math.PI)]),
    node('Range', ['zero', 'count', 'one'], 'index'),
    ...even('first', [1_013_904_223, 69_069]),
    ...even('second', [362_437_069, 88_675_123]),
    node('Log', ['first'], 'log'),
    node('Mul', ['log', 'minus_two'], 'radius_squared'),
    node('Sqrt', ['radius_squared'], 'radius'),
    node('Mul', ['second', 'turn'], 'angle'),
    node('Cos', ['angle'], 'cosine'),
    node('Mul', ['radius', 'cosine'], 'flat'),
    node('Reshape', ['flat', 'shape'], 'noise'),
  ]
  const opsets = [field(9, [field(1, ''), number(2, 15)])]
  const attributes = ['dtype', 'mean', 'scale', 'seed'].map(name => field(6, name))
  const signature = [field(1, computed.operator), field(4, 'like'), field(5, 'noise'), ...attributes]
  const definition = field(25, [...signature, ...nodes, ...opsets, field(10, computed.domain)])
  return Buffer.concat([definition, field(8, [field(1, computed.domain), number(2, 1)])])
}
