declare module 'sherpa-onnx-node' {
  const library: import('./library.ts').Library
  export default library
}
