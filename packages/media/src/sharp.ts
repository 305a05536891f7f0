import sharp from 'sharp'

// Engine processes share the machine with onnxruntime, and requests with each other: one thread per picture. The
// operation cache would hold users' pictures in memory after their request.
sharp.concurrency(1)
sharp.cache(false)

export { sharp }
