import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type ApiUnderTest, startApi } from '../../api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi({ worker: true })
})
afterAll(() => api.stop())

const photo = async (name: string) =>
  new File([await readFile(new URL(`../../../../../packages/testing/photos/${name}`, import.meta.url))], name)

/** A form as the published reference of this API has it. */
async function send(path: string, fields: Record<string, string | File>, key = api.key) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  const answer = await api.ask(`/api/${path}`, { method: 'POST', body: form, key })
  return { status: answer.status, body: await answer.json() }
}

const number = expect.any(Number)
const bbox = [number, number, number, number]

describe('image recognition', () => {
  it('classifies, the surest first', async () => {
    const { status, body } = await send('image-recognition/classify', { image: await photo('chelsea.jpg') })
    expect([status, Object.keys(body)]).toEqual([200, ['classifications']])
    const { classifications } = body
    expect(classifications[0]).toEqual({ label: expect.stringMatching(/cat|tabby/i), confidence: number })
    const confidences = classifications.map(({ confidence }: { confidence: number }) => confidence)
    expect(confidences).toEqual(confidences.toSorted((a: number, b: number) => b - a))
  })

  it('detects, with corners in pixels', async () => {
    const { status, body } = await send('image-recognition/detect', { image: await photo('astronaut.jpg') })
    expect([status, Object.keys(body)]).toEqual([200, ['detections']])
    expect(body.detections).toContainEqual({ label: 'person', confidence: number, bbox })
    for (const { bbox, confidence } of body.detections) {
      const [x1, y1, x2, y2] = bbox
      expect([x2 > x1, y2 > y1, confidence > 0 && confidence <= 1]).toEqual([true, true, true])
      expect(bbox).toEqual(bbox.map(Math.round))
    }
  })
})

describe('the camera', () => {
  it('finds in a frame what the routes find in a picture, and the frame after a broken one', async () => {
    const picture = Buffer.from(await (await photo('astronaut.jpg')).arrayBuffer())
    const camera = new WebSocket(`${api.url.replace('http', 'ws')}/ws/camera`, {
      headers: { authorization: `Bearer ${api.key}` },
    })
    const hear = async () => JSON.parse(String((await once(camera, 'message'))[0]))
    await once(camera, 'open')
    camera.send(picture)
    const { type, data } = await hear()
    expect([type, data.frame, data.task, data.dropped]).toEqual(['result', 1, 'detect-objects', 0])
    const { body } = await send('image-recognition/detect', { image: await photo('astronaut.jpg') })
    expect(data.detections).toEqual(body.detections)
    expect(data.output.objects.length).toBe(data.detections.length)
    camera.send(picture.subarray(0, 3000))
    expect(await hear()).toMatchObject({ type: 'error', data: { frame: 2, message: expect.any(String) } })
    camera.send(JSON.stringify({ image: picture.toString('base64'), task: 'detect-faces' }))
    const faces = await hear()
    expect(faces.data).toMatchObject({ frame: 3, task: 'detect-faces', faces: [{ face_id: 'face_001', bbox }] })
    camera.close()
  })
})

describe('face recognition', () => {
  it('finds faces and where their eyes are', async () => {
    const { status, body } = await send('face-recognition/detect', { image: await photo('astronaut.jpg') })
    const point = [number, number]
    const face = { face_id: 'face_001', confidence: number, bbox, landmarks: { left_eye: point, right_eye: point } }
    expect({ status, body }).toEqual({ status: 200, body: { faces: [face] } })
    const [{ bbox: box, landmarks }] = body.faces
    const [left, right] = [landmarks.left_eye, landmarks.right_eye]
    expect(left[0]).toBeLessThan(right[0])
    for (const [x, y] of [left, right]) {
      expect(x > box[0] && x < box[2] && y > box[1] && y < box[3]).toBe(true)
    }
  })

  it('finds none where there is none', async () => {
    for (const task of ['detect', 'recognize']) {
      const answer = await send(`face-recognition/${task}`, { image: await photo('coffee.jpg') })
      expect(answer, task).toEqual({ status: 200, body: { faces: [] } })
    }
  })

  it('says nothing of somebody unknown', async () => {
    const { status, body } = await send('face-recognition/recognize', { image: await photo('obama.jpg') })
    expect([status, body]).toEqual([200, { faces: [{ face_id: null, name: null, confidence: number, bbox }] }])
  })

  it('registers, recognises, lists and takes away, each owner for themselves', async () => {
    const mine = await api.makeKey({ owner: await api.makeOwner('registrar') })
    const { status, body } = await send(
      'face-recognition/register',
      { image: await photo('obama.jpg'), name: '张三' },
      mine,
    )
    expect([status, body]).toEqual([200, { success: true, face_id: expect.stringMatching(/^face_[0-9a-f-]{36}$/) }])
    const { face_id } = body
    const again = await send('face-recognition/recognize', { image: await photo('obama2.jpg') }, mine)
    expect(again.body.faces).toEqual([{ face_id, name: '张三', confidence: number, bbox }])
    expect(again.body.faces[0].confidence).toBeGreaterThan(0.6)
    const other = await send('face-recognition/recognize', { image: await photo('biden.jpg') }, mine)
    expect(other.body.faces).toMatchObject([{ face_id: null, name: null }])
    const list = await (await api.ask('/api/face-recognition/people', { key: mine })).json()
    expect(list).toEqual({ people: [{ face_id, name: '张三', created_at: expect.any(String) }] })
    const remove = (key: string) => api.ask(`/api/face-recognition/people/${face_id}`, { method: 'DELETE', key })
    expect((await remove(api.key)).status).toBe(404)
    expect(await (await remove(mine)).json()).toEqual({ success: true })
    const gone = await send('face-recognition/recognize', { image: await photo('obama2.jpg') }, mine)
    expect(gone.body.faces).toMatchObject([{ face_id: null, name: null }])
    expect((await remove(mine)).status).toBe(404)
  })
})
