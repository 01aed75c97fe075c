import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { judgeProgram } from '../helpers/judges/judges.ts';
import { listening } from '../helpers/network/listening.ts';
import { privateCa } from '../helpers/network/private-ca.ts';
import { startCommand } from '../helpers/process/program.ts';
import { freePort } from '../helpers/stack/free-port.ts';
import { hubHosts } from '../helpers/stack/hub-hosts.ts';
import { startStack } from '../helpers/stack/stack.ts';
import { startHub } from '../hub/hub.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const SECRET = 'geheim0123';
const REPO = 'Qwen/Qwen2.5-0.5B-Instruct-GGUF';

/** A hub over TLS with the certificate of a private CA. Its name exists only for the proxy. */
async function privateHub() {
  const content = tinyGguf({ name: 'qwen2.5-0.5b-instruct stand-in' });
  // sent by the hub itself: its other origin has no TLS
  const files = { 'qwen2.5-0.5b-instruct-q4_k_m.gguf': { content, lfs: false } };
  const hub = await startHub({ repos: { [REPO]: { files } }, hosts: await hubHosts() });
  onTestFinished(() => hub.close());
  const ca = privateCa(tempFolder());
  const port = await listening(
    createTlsServer(ca.issue('hub.test'), (socket) => {
      const plain = connect(hub.port, '127.0.0.1');
      socket.on('error', () => plain.destroy());
      plain.on('error', () => socket.destroy());
      socket.pipe(plain).pipe(socket);
    }),
  );
  return { hub, ca, port };
}

/** Starts the real tinyproxy with a login; only the proxy resolves the address of the hub. Returns its port. */
async function tinyproxy(hubPort: number): Promise<number> {
  const dir = tempFolder();
  const port = await freePort();
  mkdirSync(join(dir, 'log'));
  writeFileSync(join(dir, 'hosts'), '127.0.0.1 hub.test\n');
  const settings = [`Port ${port}`, 'Listen 127.0.0.1', 'Timeout 600', `BasicAuth me ${SECRET}`];
  writeFileSync(join(dir, 'conf'), [...settings, `ConnectPort ${hubPort}`, 'LogLevel Info', ''].join('\n'));
  const script = 'mount --bind "$1/hosts" /etc/hosts && exec "$2" -d -c "$1/conf"';
  const program = judgeProgram('tinyproxy', 'tinyproxy');
  const proxy = startCommand(['unshare', '--mount', 'sh', '-c', script, 'sh', dir, program], {
    env: process.env,
  });
  await proxy.printed('Starting main loop');
  return port;
}

test('[case F05] [case F06] [fail X6] rma up reaches a hub with a private CA through tinyproxy with a login', async () => {
  const { hub, ca, port } = await privateHub();
  const proxy = await tinyproxy(port);
  const env = {
    HF_ENDPOINT: `https://hub.test:${port}`,
    HTTPS_PROXY: `http://me:${SECRET}@127.0.0.1:${proxy}`,
  };
  const stack = await startStack({ sharedHub: hub, env: { ...env, SSL_CERT_FILE: ca.file } });
  expect((await stack.up()).changed).toBe(true);
  expect((await stack.chat()).status).toBe(200);
  expect(await stack.docker('inspect', ...Object.values(await stack.containers()))).not.toContain(SECRET);
  expect(stack.said.join('')).not.toContain(SECRET);
});

test('[case F05] [case F06] tinyproxy that rejects the login, and an unknown CA, are named', async () => {
  const { hub, ca, port } = await privateHub();
  const proxy = await tinyproxy(port);
  const endpoint = { HF_ENDPOINT: `https://hub.test:${port}` };
  const wrong = { ...endpoint, HTTPS_PROXY: `http://me:other@127.0.0.1:${proxy}`, SSL_CERT_FILE: ca.file };
  const rejected = await (await startStack({ sharedHub: hub, env: wrong })).rma('plan');
  expect(rejected).toMatchObject({ code: 4, stderr: expect.stringContaining('RMA_PROXY_LOGIN') });
  const untrusted = { ...endpoint, HTTPS_PROXY: `http://me:${SECRET}@127.0.0.1:${proxy}` };
  const refused = await (await startStack({ sharedHub: hub, env: untrusted })).rma('plan');
  expect(refused).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('RMA_HUB_UNTRUSTED_CERTIFICATE'),
  });
  expect(refused.stderr).toContain('--ca-file');
});
