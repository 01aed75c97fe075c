// The two files of the package that rma loads: its index loads all of them, four times as much.
declare module 'systeminformation/lib/memory.js' {
  const memory: Pick<typeof import('systeminformation'), 'mem'>;
  // biome-ignore lint/style/noDefaultExport: bundled, a CommonJS module exports only this
  export default memory;
}
declare module 'systeminformation/lib/filesystem.js' {
  const fileSystem: Pick<typeof import('systeminformation'), 'fsSize'>;
  // biome-ignore lint/style/noDefaultExport: bundled, a CommonJS module exports only this
  export default fileSystem;
}
