/** Which results belong to which calls, for dialects whose clients need not name them. */
export interface OpenCalls {
  /** A call that the model made. Gives its id, one of ours where it has none. */
  add(call: { id?: string | undefined; name: string }): string
  /**
   * Id of the call that a result is of: by id, else the first one of that function, else, where no function is named,
   * the first of all. Undefined where there is none; each call has one result.
   */
  answer(result: { id?: string | undefined; name?: string | undefined }): string | undefined
}

export function createOpenCalls(): OpenCalls {
  let made = 0
  const open: { id: string; name: string }[] = []
  return {
    add({ id, name }) {
      const call = { id: id || `call_${made}`, name }
      made += 1
      open.push(call)
      return call.id
    },
    answer({ id, name }) {
      const named = open.findIndex(call => call.id === id)
      const at = named >= 0 ? named : open.findIndex(call => name === undefined || call.name === name)
      return at < 0 ? undefined : open.splice(at, 1)[0]?.id
    },
  }
}
