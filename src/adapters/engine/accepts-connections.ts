import { connect } from 'node:net';
import { type Deadline, withDeadline } from './with-deadline.ts';

/** Returns whether something accepts connections at this `host:port` within the deadline. Closes the connection at once. */
export async function acceptsConnections(address: string, deadline: Deadline): Promise<boolean> {
  const colon = address.lastIndexOf(':');
  const [host, port] = [address.slice(0, colon), Number(address.slice(colon + 1))];
  try {
    await withDeadline(deadline, (signal) => connectOnce(host, port, signal));
    return true;
  } catch {
    deadline.signal.throwIfAborted();
    return false;
  }
}

function connectOnce(host: string, port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port });
    const stop = () => socket.destroy(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    socket.on('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.on('error', reject);
    socket.on('close', () => signal.removeEventListener('abort', stop));
  });
}
