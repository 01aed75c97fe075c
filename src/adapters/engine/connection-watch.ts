import { connect } from 'node:net';

/**
 * Keeps an idle connection to a server open and calls `onEnd` once when the server closes it, so that a restart between
 * two requests is noticed. An aborted signal closes the connection without a call.
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
