import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { CONFIGURED, narrowed } from '../../../src/adapters/http/address-kind.ts';
import { guardedLookup } from '../../../src/adapters/http/guarded-lookup.ts';
import { UndiciClient } from '../../../src/adapters/http/undici-client.ts';
import { startHttpProxy } from '../../helpers/network/http-proxy.ts';
import { listening } from '../../helpers/network/listening.ts';
import { startNameServer } from '../../helpers/network/name-server.ts';
import { privateCa } from '../../helpers/network/private-ca.ts';
import { quick } from '../../helpers/store/test-http.ts';

const DIR = mkdtempSync(join(tmpdir(), 'rma-'));
afterAll(() => rmSync(DIR, { recursive: true, force: true }));
const CA = privateCa(DIR);
const CERTIFICATE = CA.issue('hub.test', 'cdn.test', 'localhost', '127.0.0.1');

/** Addresses by the first label of a name, which the name server returns. */
const ZONE: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.1'],
  loopback6: ['::1'],
  mapped: ['::ffff:127.0.0.1'],
  compatible: ['::127.0.0.1'],
  nat64: ['64:ff9b::7f00:1'],
  tunnel6to4: ['2002:7f00:1::'],
  far127: ['127.9.9.9'],
  unspecified: ['0.0.0.0'],
  unspecified6: ['::'],
  zero: ['0.1.2.3'],
  ten: ['10.0.0.1'],
  bridge: ['172.17.0.1'],
  lan: ['192.168.1.1'],
  cgnat: ['100.64.0.1'],
  mappedlan: ['::ffff:192.168.1.1'],
  nat64lan: ['64:ff9b::a00:1'],
  unique: ['fd12:3456::1'],
  site: ['fec0::1'],
  link: ['169.254.1.1'],
  link6: ['fe80::1'],
  aws: ['169.254.169.254'],
  aws6: ['fd00:ec2::254'],
  ecs: ['169.254.170.2'],
  azure: ['168.63.129.16'],
  alibaba: ['100.100.100.200'],
  oracle: ['192.0.0.192'],
  mappedaws: ['::ffff:169.254.169.254'],
  nat64aws: ['64:ff9b::a9fe:a9fe'],
  broadcast: ['255.255.255.255'],
  multicast: ['224.0.0.251'],
  multicast6: ['ff02::1'],
  several: ['127.0.0.1', '10.0.0.1', '::1'],
};

const NAMES = Object.keys(ZONE).map((label) => `${label}.test`);
const SPELLINGS = [
  'localhost',
  'localhost.',
  'LOCALHOST',
  'a.localhost',
  'a.b.localhost.',
  '127.0.0.1',
  '127.1',
  '127.0.0.1.',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '017700000001',
  '0',
  '0.0.0.0',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:7f00:1]',
  '[::ffff:127.0.0.1]',
  '[64:ff9b::7f00:1]',
  '[fe80::1]',
  '[fd00:ec2::254]',
  '169.254.169.254',
  '169.254.169.254.',
  '2852039166',
  '0xa9fea9fe',
  '[::ffff:a9fe:a9fe]',
  'metadata.google.internal',
  'metadata.google.internal.',
  'METADATA.google.internal',
  'host.docker.internal',
  '10.0.0.1',
  '192.168.1.1',
  '[fd12::1]',
  '%E2%91%A0%E2%91%A1%E2%91%A6.0.0.1',
  '%6cocalhost',
  '127%E3%80%820%E3%80%820%E3%80%821',
];

/** A hub that its first answer puts on a public address: the socket connects to this machine instead. */
async function publicHub(location: string, lookup?: LookupFunction) {
  const requests: string[] = [];
  const hub = await listening(
    createServer(CERTIFICATE, (request, response) => {
      requests.push(request.url ?? '');
      if (request.url === '/start') response.writeHead(302, { location }).end();
      else response.end('reached');
    }),
  );
  const proxy = await startHttpProxy({ to: hub });
  const http = new UndiciClient({
    ...quick,
    userAgent: 'rma-test',
    attempts: 1,
    connectMs: 2000,
    // behind a proxy the hub counts as public; the targets are reached directly
    proxies: { https_proxy: `http://127.0.0.1:${proxy.port}`, NO_PROXY: directly(location) },
    certificates: () => readFileSync(CA.file, 'utf8'),
    ...(lookup === undefined ? {} : { lookup }),
  });
  onTestFinished(() => http.close());
  return { http, hub, requests };
}

const directly = (location: string) => (URL.canParse(location) ? new URL(location).hostname : '');

test.each([...NAMES, ...SPELLINGS])(
  '[case F26] [fail X4] a public hub that redirects to https://%s is refused before anything is sent',
  async (target) => {
    const lookup = await startNameServer((name) => ZONE[name.split('.')[0] ?? ''] ?? ['10.9.9.9']);
    const { http, requests } = await publicHub(`https://${target}/secret`, lookup);
    await expect(http.read({ method: 'GET', url: 'https://hub.test/start' })).rejects.toMatchObject({
      code: 'RMA_HUB_UNSAFE_REDIRECT',
      exitCode: 6,
    });
    expect(requests).toEqual(['/start']);
  },
);

test('[case F26] the addresses that were checked are those that are connected to, also when the name changes', async () => {
  const answers = [['127.0.0.1'], ['8.8.8.8']];
  let asked = 0;
  const lookup = await startNameServer(() => answers[Math.min(asked++ >> 1, 1)] ?? []);
  const { http } = await publicHub('https://rebinding.test/secret', lookup);
  await expect(http.read({ method: 'GET', url: 'https://hub.test/start' })).rejects.toMatchObject({
    code: 'RMA_HUB_UNSAFE_REDIRECT',
    message: 'redirected to rebinding.test, which resolves to 127.0.0.1, an address of this machine',
  });
});

test('[case F26] of several addresses only those are used that a redirect may reach', async () => {
  const lookup = await startNameServer(() => ['127.0.0.1', '10.0.0.1', '8.8.8.8', '2606:4700::1']);
  const guarded = guardedLookup({ reach: narrowed(CONFIGURED, 'public'), lookup });
  const found = await new Promise((resolve) => guarded('x.test', { all: true }, (_, all) => resolve(all)));
  expect(found).toEqual([
    { address: '8.8.8.8', family: 4 },
    { address: '2606:4700::1', family: 6 },
  ]);
});

test('[case F26] a mirror in a private network may redirect within it', async () => {
  const kinds = narrowed(CONFIGURED, 'private');
  expect([...kinds]).toEqual(['private', 'public']);
  expect([...narrowed(kinds, 'public')]).toEqual(['public']);
  expect([...narrowed(narrowed(kinds, 'public'), 'loopback')]).toEqual(['public']);
});

test('[case F26] a hub on this machine may redirect to names that resolve to this machine', async () => {
  const lookup = await startNameServer(() => ['127.0.0.1']);
  const { http, hub } = await publicHub('https://cdn.test:1/', lookup);
  const other = await publicHub(`https://cdn.test:${hub}/file`, lookup);
  const answer = await other.http.read({ method: 'GET', url: `https://localhost:${other.hub}/start` });
  expect(answer.text).toBe('reached');
  await http.close();
});

test.each([
  'http://169.254.169.254/',
  'https://[fd00:ec2::254]/',
  'http://metadata.google.internal/',
  'http://aws.test/',
])('[case F26] %s is refused also as the configured address', async (url) => {
  const lookup = await startNameServer(() => ['169.254.169.254']);
  const http = new UndiciClient({ ...quick, userAgent: 'rma-test', attempts: 1, lookup });
  await expect(http.read({ method: 'GET', url })).rejects.toMatchObject({ code: 'RMA_HUB_UNSAFE_ADDRESS' });
});

test('[case F26] a configured address of this machine or a private network is reached', async () => {
  const port = await listening(createPlainServer((_, response) => response.end('ok')));
  const lookup = await startNameServer(() => ['127.0.0.1']);
  const http = new UndiciClient({ ...quick, userAgent: 'rma-test', attempts: 1, lookup });
  expect((await http.read({ method: 'GET', url: `http://hub.test:${port}/` })).text).toBe('ok');
});
