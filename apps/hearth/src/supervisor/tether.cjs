// Loaded into each program before anything else: it ends when the supervisor does, however that ends. A listener that
// the program adds later could miss a supervisor that is killed while the program is still being read.
process.on('disconnect', () => process.exit(1))
