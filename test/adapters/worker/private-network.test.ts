import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { afterAll, expect, it } from 'vitest';
import { startHttpProxy } from '../../helpers/network/http-proxy.ts';
import { listening } from '../../helpers/network/listening.ts';
import { privateCa } from '../../helpers/network/private-ca.ts';
import { gitSha1 } from '../../helpers/store/model-server.ts';
import { oneOffWorker } from '../../helpers/worker/one-off-worker.ts';

const box = oneOffWorker();
const DIR = mkdtempSync(join(tmpdir(), 'rma-'));
afterAll(() => rmSync(DIR, { recursive: true, force: true }));
const CA = privateCa(DIR);

/** The hub over TLS, behind a proxy with a login: its name exists only there. */
async function privateNetwork() {
  const { port } = new URL(box().hub.endpoint);
  const hub = createTlsServer(CA.issue('hub.test'), (socket) => {
    const plain = connect(Number(port), '127.0.0.1');
    socket.on('error', () => plain.destroy());
    plain.on('error', () => socket.destroy());
    socket.pipe(plain).pipe(socket);
  });
  const proxy = await startHttpProxy({ to: await listening(hub), login: 'me:p@ss' });
  const file = join(DIR, 'proxies');
  writeFileSync(file, `HTTPS_PROXY=http://me:p%40ss@127.0.0.1:${proxy.port}\n`);
  return { proxy, env: { HF_ENDPOINT: 'https://hub.test', RMA_PROXY_FILE: file } };
}

/** A request for a file that the hub sends itself. */
function request(): string {
  const content = Buffer.from('read me');
  const digest = { algorithm: 'git-sha1', hex: gitSha1(content) };
  const files = [{ path: 'README.md', bytes: content.length, digest }];
  const { sha: commit } = box().hub.commit('org/tiny');
  const ref = { ref: 'hf:org/tiny:README.md', repo: 'org/tiny', revision: 'main' };
  return JSON.stringify({ models: [{ source: 'hf', ...ref, commit, complete: false, files }] });
}

it('[case F05] [case F06] the worker reaches a hub with a private CA through a proxy with a login', async () => {
  const { proxy, env } = await privateNetwork();
  const trusting = { ...env, NODE_EXTRA_CA_CERTS: CA.file };
  const { code, stdout, stderr } = await box().run(['fetch'], trusting, request());
  expect(code, stderr).toBe(0);
  expect(new Set(proxy.seen)).toEqual(new Set(['CONNECT hub.test:443']));
  expect(stdout + stderr).not.toMatch(/p@ss|p%40ss/);
});

it('[case F06] without the CA the worker names the setting', async () => {
  const { env } = await privateNetwork();
  const { code, stdout } = await box().run(['fetch'], env, request());
  expect(code).toBe(1);
  expect(stdout).toContain('RMA_HUB_UNTRUSTED_CERTIFICATE');
  expect(stdout).toContain('--ca-file FILE');
});
