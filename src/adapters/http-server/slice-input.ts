import type { Socket } from 'node:net';

/** The shortest request has 18 bytes, and takes some kilobytes of memory until its connection is closed. */
const SLICE_BYTES = 128;

const LINE_FEED = 10;

type Listener = (chunk: Buffer) => void;

/**
 * Passes what arrives on a connection of an HTTP server to its parser in slices with few requests each, and nothing after the
 * connection was closed or its `data` listeners were removed. The parser would read all requests of a 64 KiB packet, thousands
 * of them, before the first one can close it. A slice ends with a line, as every request does, so that bodies are rarely sliced.
 */
export function sliceInput(socket: Socket): void {
  const parsers = socket.listeners('data') as Listener[];
  socket.removeAllListeners('data');
  socket.on('data', (chunk: Buffer) => {
    for (let start = 0; start < chunk.length; ) {
      if (socket.destroyed || socket.listenerCount('data') === 0) return;
      const end = chunk.indexOf(LINE_FEED, start + SLICE_BYTES) + 1 || chunk.length;
      for (const parse of parsers) parse.call(socket, chunk.subarray(start, end));
      start = end;
    }
  });
}
