import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../src/adapters/certificate/authority.ts';
import { readerToken } from '../../../src/core/registration-token.ts';
import { bundleEntry } from '../../helpers/process/bundle-entry.ts';
import { runProcess } from '../../helpers/process/run-process.ts';
import { rawRequest, sendRaw } from '../../helpers/worker/raw-request.ts';

const KEY = 'a key of the coordinator';
const authority = createAuthority({ now: () => Date.now() });
let dir: string;
let bundle: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rma-coordinator-'));
  bundle = await bundleEntry('coordinator', dir);
  writeFileSync(join(dir, 'key'), `${KEY}\n`);
});

afterAll(() => rmSync(dir, { recursive: true }));

describe('rma-coordinator', () => {
  it('reads its key from a file, requires reader tokens by default and exits on SIGTERM', async () => {
    const env = { RMA_COORDINATOR_KEY_FILE: join(dir, 'key'), RMA_COORDINATOR_LISTEN_PORT: '0' };
    const child = spawn(process.execPath, [bundle], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const line = String((await once(createInterface({ input: child.stdout }), 'line'))[0]);
    const url = `http://127.0.0.1:${/port (\d+)/.exec(line)?.[1]}`;
    const read = async (token: string) =>
      (await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${token}` } })).status;
    expect((await fetch(`${url}/v1/models`)).status).toBe(401);
    expect(await read(readerToken(KEY))).toBe(200);
    expect(await read(readerToken('another'))).toBe(403);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('[case A05] lists workers under the names of RMA_COORDINATOR_HOSTS', async () => {
    const env = {
      RMA_COORDINATOR_KEY_FILE: join(dir, 'key'),
      RMA_COORDINATOR_LISTEN_PORT: '0',
      RMA_COORDINATOR_READERS: 'open',
      RMA_COORDINATOR_HOSTS: 'models.example, Box.Example',
    };
    const child = spawn(process.execPath, [bundle], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const line = String((await once(createInterface({ input: child.stdout }), 'line'))[0]);
    const port = Number(/port (\d+)/.exec(line)?.[1]);
    const status = async (host: string) =>
      (await sendRaw(port, rawRequest('GET /v1/models', [`Host: ${host}`]))).status;
    expect(await status('models.example')).toBe(200);
    expect(await status('box.example:7700')).toBe(200);
    expect(await status('other.example')).toBe(403);
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it('serves HTTPS with a certificate, and nothing over plain HTTP', async () => {
    const ca = authority.create('demo');
    const pair = authority.issue(ca, { subject: 'rma coordinator', names: ['127.0.0.1'] });
    writeFileSync(join(dir, 'ca.pem'), ca.certificate);
    writeFileSync(join(dir, 'cert.pem'), pair.certificate);
    writeFileSync(join(dir, 'cert.key'), pair.key);
    const env = {
      RMA_COORDINATOR_KEY_FILE: join(dir, 'key'),
      RMA_COORDINATOR_LISTEN_PORT: '0',
      RMA_COORDINATOR_CERTIFICATE_FILE: join(dir, 'cert.pem'),
      RMA_COORDINATOR_CERTIFICATE_KEY_FILE: join(dir, 'cert.key'),
    };
    const child = spawn(process.execPath, [bundle], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const line = String((await once(createInterface({ input: child.stdout }), 'line'))[0]);
    expect(line).toContain('(https)');
    const address = `127.0.0.1:${/port (\d+)/.exec(line)?.[1]}`;
    // the probe of its container: the CA comes from the environment
    const probe = `fetch('https://${address}/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
    const probed = (trusted: Record<string, string>) => runProcess(process.execPath, ['-e', probe], trusted);
    expect(await probed({ NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem') })).toMatchObject({ code: 0 });
    expect(await probed({})).toMatchObject({ code: 1 });
    await expect(fetch(`http://${address}/healthz`)).rejects.toThrow('fetch failed');
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it.each([
    ['a missing key', { RMA_COORDINATOR_KEY_FILE: '/nowhere' }, 3, 'cannot read the coordinator'],
    ['a short key', { RMA_COORDINATOR_KEY_FILE: '/dev/null' }, 3, 'shorter than 16'],
    ['an invalid value for readers', { RMA_COORDINATOR_READERS: 'all' }, 2, 'must be open or token'],
    ['an invalid port', { RMA_COORDINATOR_LISTEN_PORT: '99999' }, 2, 'a port number'],
    [
      'a certificate without its key',
      { RMA_COORDINATOR_CERTIFICATE_FILE: '/dev/null' },
      3,
      'cannot use the coordinator',
    ],
  ])('rejects %s with a one-line error', async (...[, env, code, said]) => {
    const key = { RMA_COORDINATOR_KEY_FILE: join(dir, 'key') };
    const result = await runProcess(process.execPath, [bundle], { ...key, ...env });
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(said);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
  });
});
