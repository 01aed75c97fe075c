import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns';
import type { AddressInfo, LookupFunction } from 'node:net';
import { isIP } from 'node:net';
import { onTestFinished } from 'vitest';

/** Returns the addresses of a name; it may be called again for the same name. */
export type Zone = (name: string) => readonly string[];

/** Starts a name server (RFC 1035, A and AAAA over UDP). Returns a resolver for sockets that asks it. */
export async function startNameServer(zone: Zone): Promise<LookupFunction> {
  const server = createSocket('udp4');
  server.on('message', (query, { port, address }) => server.send(reply(query, zone), port, address));
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${(server.address() as AddressInfo).port}`]);
  return (hostname, options, callback) => {
    resolver.resolve4(hostname, (_, four = []) => {
      resolver.resolve6(hostname, (error, six = []) => {
        const found = [
          ...four.map((address) => ({ address, family: 4 })),
          ...six.map((address) => ({ address, family: 6 })),
        ];
        const [first] = found;
        if (first === undefined) callback(error ?? new Error('no address'), [], 0);
        else if (options.all === true) callback(null, found);
        else callback(null, first.address, first.family);
      });
    });
  };
}

const A = 1;
const AAAA = 28;

function reply(query: Buffer, zone: Zone): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = query.readUInt16BE(at + 1);
  const family = type === A ? 4 : type === AAAA ? 6 : 0;
  const found = zone(labels.join('.')).filter((address) => isIP(address) === family);
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(found.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([
    header,
    query.subarray(12, at + 5),
    ...found.map((address) => record(address, type)),
  ]);
}

function record(address: string, type: number): Buffer {
  const data = type === A ? Buffer.from(address.split('.').map(Number)) : ipv6(address);
  // the name is that of the question; class IN, no caching
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length]);
  return Buffer.concat([head, data]);
}

function ipv6(address: string): Buffer {
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const words = (text: string) =>
    text
      .split(':')
      .filter(Boolean)
      .map((word) => Number.parseInt(word, 16));
  const [first, last] = [words(head), words(tail)];
  const all = [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 255]));
}
