import { connect, type Socket } from 'node:net';

/**
 * Holds 400 connections open to a port, and replaces each that is closed: of five, two send a body of almost 1 MiB with
 * some bearer text, one a chunked body without end, one headers without end, one requests without reading the responses. Prints `all open` when it has.
 */
const CONNECTIONS = 400;
const BODY = Buffer.alloc(1024 * 1024 - 1, 'x');
const START = 'POST /v1/workers HTTP/1.1\r\nHost: localhost\r\n';
const port = Number(process.argv[2]);
let opened = 0;

function attack(kind: number): void {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.on('close', () => setImmediate(attack, kind));
  socket.once('connect', () => {
    opened += 1;
    if (opened === CONNECTIONS) process.stdout.write('all open\n');
  });
  if (kind !== 4) socket.resume();
  if (kind === 0) sendHeaders(socket);
  else if (kind === 4) sendRequests(socket);
  else sendBody(socket, kind === 1 ? 'Transfer-Encoding: chunked' : `Content-Length: ${BODY.length + 1}`);
}

function sendHeaders(socket: Socket): void {
  socket.write(START);
  const timer = setInterval(() => socket.writable && socket.write('X: y\r\n'), 100);
  socket.on('close', () => clearInterval(timer));
}

function sendRequests(socket: Socket): void {
  const requests = 'GET /healthz HTTP/1.1\r\n\r\n'.repeat(2_000);
  const send = (): void => {
    while (socket.writable && socket.write(requests));
  };
  socket.on('drain', send);
  send();
}

function sendBody(socket: Socket, framing: string): void {
  socket.write(`${START}Authorization: Bearer anything\r\nRMA-Worker: box/w\r\n${framing}\r\n\r\n`);
  if (framing.endsWith('chunked')) socket.write(`${(1 << 30).toString(16)}\r\n`);
  socket.write(BODY);
}

for (let n = 0; n < CONNECTIONS; n += 1) attack(n % 5);
