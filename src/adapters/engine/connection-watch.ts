import { connect } from 'node:net';

/**
 * Holds a connection to a server, without a word, and tells once when the server ends it: a process that was replaced
 * between two requests cannot hide that. Ends with the signal, telling nothing.
 */
export function watchConnection(address: string, signal: AbortSignal, onEnd: () => void): void {
  if (signal.aborted) return;
  const url = new URL(address);
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const socket = connect({ host: url.hostname.replace(/^\[|\]$/g, ''), port });
  const stop = () => socket.destroy();
  signal.addEventListener('abort', stop, { once: true });
  socket.unref();
  socket.setKeepAlive(true, 30_000);
  socket.on('error', () => undefined); // 'close' follows
  socket.on('end', () => socket.destroy());
  socket.on('close', () => {
    signal.removeEventListener('abort', stop);
    if (!signal.aborted) onEnd();
  });
  socket.resume();
}
