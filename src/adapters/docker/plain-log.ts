const HEADER_BYTES = 8;

/** The lines of a container's log, out of the engine's multiplexed stream: 8 bytes of header (stream, length) before each frame. */
export function plainLog(log: Buffer): readonly string[] {
  const frames: Buffer[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= log.length) {
    const bytes = log.readUInt32BE(at + 4);
    frames.push(log.subarray(at + HEADER_BYTES, at + HEADER_BYTES + bytes));
    at += HEADER_BYTES + bytes;
  }
  return Buffer.concat(frames)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
