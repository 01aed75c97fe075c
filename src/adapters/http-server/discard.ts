import type { IncomingMessage } from 'node:http';

/** Unread bytes that are discarded after a response, so that it arrives; a sender of more is disconnected. */
const DISCARD_BYTES = 1024 * 1024;

/** Discards the rest of a request after its response; disconnects a sender that does not stop. */
export function discard(request: IncomingMessage): void {
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DISCARD_BYTES) request.socket.destroy();
  });
}
