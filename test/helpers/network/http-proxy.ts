import { createServer, request as httpRequest } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { listening } from './listening.ts';
import type { IssuedCertificate } from './private-ca.ts';

export interface ProxyOptions {
  /** port of this machine that all hosts lead to */
  readonly to: number;
  /** `USER:PASSWORD` that it requires */
  readonly login?: string;
  /** for clients that connect over TLS */
  readonly certificate?: IssuedCertificate;
  /** refuses CONNECT with this status */
  readonly refuses?: number;
}

/** Starts a proxy for HTTP requests and tunnels. Returns its port and the first lines of the requests that it served. */
export async function startHttpProxy({ to, login, certificate, refuses }: ProxyOptions) {
  const seen: string[] = [];
  const expected = login === undefined ? null : `Basic ${Buffer.from(login).toString('base64')}`;
  const server = certificate === undefined ? createServer() : createTlsServer(certificate);
  server.on('request', (incoming, response) => {
    if (expected !== null && incoming.headers['proxy-authorization'] !== expected) {
      response.writeHead(407, { 'proxy-authenticate': 'Basic' }).end();
      return;
    }
    seen.push(`${incoming.method} ${incoming.url}`);
    const { pathname, search } = new URL(incoming.url ?? '');
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    const passed = { host: '127.0.0.1', port: to, path: pathname + search, method: incoming.method, headers };
    httpRequest(passed, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connect', (incoming, socket) => {
    socket.on('error', () => undefined);
    if (expected !== null && incoming.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
      return;
    }
    if (refuses !== undefined) {
      socket.end(`HTTP/1.1 ${refuses} Refused\r\n\r\n`);
      return;
    }
    seen.push(`CONNECT ${incoming.url}`);
    const tunnel = connect(to, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
    tunnel.on('error', () => socket.destroy());
    socket.once('close', () => tunnel.destroy());
  });
  return { port: await listening(server), seen };
}
