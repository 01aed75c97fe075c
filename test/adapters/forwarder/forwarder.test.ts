import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ForwarderRig } from './forwarder-rig.ts';

let rig: ForwarderRig;
beforeEach(async () => {
  rig = await ForwarderRig.start();
});
afterEach(() => rig.stop());

const connect = (port: number): net.Socket =>
  net.connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });

const refusal = async (port: number): Promise<unknown> => {
  const [error] = await once(connect(port), 'error');
  return (error as NodeJS.ErrnoException).code;
};

const mirrored = async (port: number): Promise<void> => {
  rig.publish(port);
  await rig.said(`forwarding 127.0.0.1:${port}`);
};

test('mirrors a port that a container publishes on loopback to the user’s loopback', async () => {
  const port = await rig.serve((socket) => socket.end('from the container'));
  await mirrored(port);
  expect(await text(connect(port))).toBe('from the container');
});

test('keeps receiving after one side has finished sending', async () => {
  const port = await rig.serve((socket) => {
    const asked: Buffer[] = [];
    socket.on('data', (piece) => asked.push(piece));
    socket.on('end', () => socket.end(`you said ${Buffer.concat(asked)}`));
  });
  await mirrored(port);
  const client = connect(port);
  client.end('all I have');
  expect(await text(client)).toBe('you said all I have');
});

test('forwards streamed data chunk by chunk', async () => {
  const port = await rig.serve((socket) => {
    socket.write('token 0');
    let sent = 0;
    // sends the next chunk only after the client has answered the previous one
    socket.on('data', () => {
      sent += 1;
      if (sent === 3) socket.end();
      else socket.write(`token ${sent}`);
    });
  });
  await mirrored(port);
  const client = connect(port);
  const pieces: string[] = [];
  client.on('data', (piece) => {
    pieces.push(piece.toString());
    client.write('next');
  });
  await once(client, 'end');
  client.end();
  expect(pieces).toEqual(['token 0', 'token 1', 'token 2']);
});

test('forwards large data in both directions, even to a slow reader', async () => {
  const sent = randomBytes(24 << 20);
  const port = await rig.serve((socket) => socket.pipe(socket));
  await mirrored(port);
  const client = connect(port);
  client.end(sent);
  const got = await buffer(client);
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  expect(digest(got)).toBe(digest(sent));
});

test('keeps concurrent connections to one port apart', async () => {
  const port = await rig.serve((socket) => socket.pipe(socket));
  await mirrored(port);
  const said = Array.from({ length: 20 }, (_, i) => `client ${i}`);
  const heard = await Promise.all(
    said.map((words) => {
      const client = connect(port);
      client.end(words);
      return text(client);
    }),
  );
  expect(heard).toEqual(said);
});

test('closes a port when its container stops', async () => {
  const port = await rig.serve((socket) => socket.end('here'));
  await mirrored(port);
  rig.publish();
  await rig.said(`closed 127.0.0.1:${port}`);
  expect(await refusal(port)).toBe('ECONNREFUSED');
});

test('logs a port in use on the user’s side, and mirrors it once it is free', async () => {
  const port = await rig.serve((socket) => socket.end('container'));
  const holder = net.createServer((socket) => socket.end('holder'));
  holder.listen(port, '127.0.0.1');
  await once(holder, 'listening');
  rig.publish(port);
  await rig.said(`cannot forward 127.0.0.1:${port}: EADDRINUSE`);
  expect(await text(connect(port))).toBe('holder');

  holder.close();
  await rig.said(`forwarding 127.0.0.1:${port}`);
  expect(await text(connect(port))).toBe('container');
});

test('mirrors the other ports while one is in use', async () => {
  const [taken, free] = [await rig.serve((s) => s.end('taken')), await rig.serve((s) => s.end('free'))];
  const holder = net.createServer();
  holder.listen(taken, '127.0.0.1');
  await once(holder, 'listening');
  rig.publish(taken, free);
  await rig.said(`forwarding 127.0.0.1:${free}`);
  expect(await text(connect(free))).toBe('free');
  holder.close();
});

test('mirrors ports of all addresses, but not UDP or other addresses', async () => {
  const [all, udp, other] = [
    await rig.serve((s) => s.end('all')),
    await rig.serve((s) => s.end('udp')),
    await rig.serve((s) => s.end('other')),
  ];
  rig.publish(
    { IP: '127.0.0.1', PublicPort: udp, Type: 'udp' },
    { IP: '10.1.2.3', PublicPort: other, Type: 'tcp' },
    { IP: '0.0.0.0', PublicPort: all, Type: 'tcp' },
    { IP: '::', PublicPort: all, Type: 'tcp' },
  );
  await rig.said(`forwarding 127.0.0.1:${all}`);
  expect(await refusal(udp)).toBe('ECONNREFUSED');
  expect(await refusal(other)).toBe('ECONNREFUSED');
  expect(rig.log().filter((line) => line.includes('forwarding'))).toHaveLength(1);
});

test('closes the connection if the container does not listen yet', async () => {
  const port = await rig.serve((socket) => socket.end());
  await rig.stopServing(port);
  await mirrored(port);
  expect(await text(connect(port))).toBe('');
});

test('reconnects to a restarted engine and mirrors its current ports', async () => {
  const [before, after] = [await rig.serve((s) => s.end('before')), await rig.serve((s) => s.end('after'))];
  await mirrored(before);
  rig.stopDocker();
  rig.publish(after);
  await rig.startDocker();
  await rig.said(`forwarding 127.0.0.1:${after}`);
  expect(await text(connect(after))).toBe('after');
  expect(await refusal(before)).toBe('ECONNREFUSED');
});
