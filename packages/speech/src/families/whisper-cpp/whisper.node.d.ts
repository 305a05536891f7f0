declare module '@fugood/whisper.node' {
  const library: import('./library.ts').Library
  export default library
}
