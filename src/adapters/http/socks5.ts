import { isIP, type Socket } from 'node:net';
import { RmaError } from '../../core/errors.ts';
import { type ProxyServer, proxyAddress } from '../../core/network/proxy.ts';
import { ByteReader } from './byte-reader.ts';
import { networkFault } from './fault.ts';
import { loginFault, type Tunnel, type TunnelTarget } from './http-tunnel.ts';

const VERSION = 5;
const NO_LOGIN = 0;
const PASSWORD = 2;
/** Address types of RFC 1928, with their lengths; a name is prefixed with its length. */
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/** Replies of RFC 1928, section 6. */
const REPLIES = [
  '',
  'general failure',
  'connection not allowed by its rules',
  'network unreachable',
  'host unreachable',
  'connection refused',
  'TTL expired',
  'command not supported',
  'address type not supported',
];

/**
 * Requests a connection from a SOCKS 5 proxy (RFC 1928, RFC 1929), which resolves the host name, and returns the
 * connection.
 * @throws RmaError RMA_PROXY_LOGIN (4), RMA_HUB_UNREACHABLE (1)
 */
export async function connectSocks(
  socket: Socket,
  target: TunnelTarget,
  { proxy, timeoutMs }: Tunnel,
): Promise<Socket> {
  const reader = new ByteReader(socket);
  const timer = setTimeout(() => socket.destroy(new Error('no response before the timeout')), timeoutMs);
  try {
    await login(socket, reader, proxy);
    await request(socket, reader, { target, proxy });
    reader.release();
    return socket;
  } catch (error) {
    socket.destroy();
    throw networkFault(error, { url: proxyAddress(proxy), proxy });
  } finally {
    clearTimeout(timer);
  }
}

async function login(socket: Socket, reader: ByteReader, proxy: ProxyServer): Promise<void> {
  const methods = proxy.login === null ? [NO_LOGIN] : [NO_LOGIN, PASSWORD];
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const [version, method] = await reader.take(2);
  if (version !== VERSION) throw new Error('it is not a SOCKS 5 proxy');
  if (method === NO_LOGIN) return;
  if (method !== PASSWORD || proxy.login === null) throw loginFault(proxy);
  const { user, password } = proxy.login;
  socket.write(Buffer.concat([Buffer.from([1]), sized(user), sized(password)]));
  const [, status] = await reader.take(2);
  if (status !== 0) throw loginFault(proxy);
}

async function request(
  socket: Socket,
  reader: ByteReader,
  { target: { hostname, port }, proxy }: { readonly target: TunnelTarget; readonly proxy: ProxyServer },
): Promise<void> {
  const portBytes = Buffer.from([port >> 8, port & 255]);
  socket.write(Buffer.concat([Buffer.from([VERSION, 1, 0]), address(hostname), portBytes]));
  const [, reply = 1, , type] = await reader.take(4);
  if (reply !== 0) throw refusal(proxy, `${hostname}:${port}`, reply);
  const length = type === NAME ? ((await reader.take(1))[0] ?? 0) : type === IPV4 ? 4 : 16;
  await reader.take(length + 2);
}

function address(hostname: string): Buffer {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) === 0) return Buffer.concat([Buffer.from([NAME]), sized(host)]);
  if (isIP(host) === 4) return Buffer.from([IPV4, ...host.split('.').map(Number)]);
  return Buffer.from([IPV6, ...ipv6Bytes(host)]);
}

function ipv6Bytes(host: string): readonly number[] {
  const [head = '', tail = ''] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
  const bytes = (text: string) =>
    text
      .split(':')
      .filter(Boolean)
      .flatMap((part) => {
        const word = Number.parseInt(part, 16);
        return [word >> 8, word & 255];
      });
  const [first, last] = [bytes(head), bytes(tail)];
  return [...first, ...new Array<number>(16 - first.length - last.length).fill(0), ...last];
}

/** Returns a text prefixed with its length. */
function sized(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 255);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function refusal(proxy: ProxyServer, target: string, reply: number): RmaError {
  const reason = REPLIES[reply] ?? `reply ${reply}`;
  const message = `the proxy ${proxyAddress(proxy)} (${proxy.variable}) cannot connect to ${target}: ${reason}`;
  return new RmaError('RMA_HUB_UNREACHABLE', message, {
    hint: `allow ${target} in the proxy, or add the host to NO_PROXY if it is reachable directly`,
    details: { reply },
  });
}
