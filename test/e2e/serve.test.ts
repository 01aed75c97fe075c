import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { CHECKOUT } from '../helpers/stack/engine-script.ts';
import { freePort } from '../helpers/stack/free-port.ts';
import { hubHosts } from '../helpers/stack/hub-hosts.ts';
import { GGUF, REPO, type Stack, startStack, WORKER } from '../helpers/stack/stack.ts';

const REF = `hf:${REPO}:*q4_k_m.gguf`;

/** Starts `rma models serve` for the volume of a stack, and returns the lines until it accepts connections. */
async function serve(stack: Stack, listen: string) {
  const argv = [
    join(CHECKOUT, 'dist/cli/main.js'),
    '--dir',
    stack.dir,
    'models',
    'serve',
    '--listen',
    listen,
  ];
  const child = spawn(process.execPath, argv, { env: stack.env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stderr });
  await new Promise<void>((resolve) => {
    reader.on('line', (line) => {
      lines.push(line);
      if (line.includes('to download:')) resolve();
    });
    reader.on('close', resolve);
  });
  return { child, lines: lines.join('\n') };
}

test('a store volume is served by a container, and fills a directory and another volume with every hub off', async () => {
  const one = await startStack();
  expect(await one.rma('models', 'pull', REF)).toMatchObject({ code: 0 });
  const port = await freePort();
  const { child, lines } = await serve(one, `0.0.0.0:${port}`);
  expect(lines).toContain('serving 1 model');
  expect(lines).toContain(`model: ${REF}`);
  const [, fingerprint = ''] = /fingerprint: (\S+)/.exec(lines) ?? [];
  const [, token = ''] = /token: (\S+)/.exec(lines) ?? [];
  one.hub.log.clear();
  const from = (host = '') => [
    '--offline',
    '--from',
    `${host}:${port}#${fingerprint}`,
    '--peer-token-file',
    token,
  ];
  const copy = join(one.dir, 'copy');
  const copied = await one.rma('models', 'pull', REF, '--dest', copy, ...from('127.0.0.1'));
  expect(copied, copied.stderr).toMatchObject({ code: 0 });
  const two = await startStack({ sharedHub: one.hub });
  const filled = await two.rma('models', 'pull', REF, ...from((await hubHosts()).at(-1)));
  expect(filled, filled.stderr).toMatchObject({ code: 0 });
  const hashes = 'cd /models/huggingface && find . -type f | sort | xargs sha256sum';
  expect(await two.inVolume(hashes)).toBe(await one.inVolume(hashes));
  expect(await two.inVolume('ls /models/huggingface/hub/*/snapshots/*')).toContain(GGUF);
  expect(one.hub.log.entries()).toEqual([]);
  const ended = once(child, 'close');
  child.kill('SIGINT');
  expect((await ended)[0]).toBe(130);
  expect(await one.docker('ps', '--all', '--quiet', '--filter', `label=rma.one-off=${one.project}`)).toBe('');
});

test('a worker downloads from another machine, with its token as a secret file; the lock changes nothing', async () => {
  const one = await startStack();
  expect(await one.rma('models', 'pull', REF)).toMatchObject({ code: 0 });
  const port = await freePort();
  const { lines } = await serve(one, `0.0.0.0:${port}`);
  const [, fingerprint = ''] = /fingerprint: (\S+)/.exec(lines) ?? [];
  const [, file = ''] = /token: (\S+)/.exec(lines) ?? [];
  one.hub.log.clear();
  const two = await startStack({ sharedHub: one.hub });
  const from = `${(await hubHosts()).at(-1)}:${port}#${fingerprint}`;
  await two.up('--offline', '--from', from, '--peer-token-file', file);
  expect((await two.chat()).status).toBe(200);
  expect(one.hub.log.entries()).toEqual([]);
  const token = (await readFile(file, 'utf8')).trim();
  const inspected = await two.docker('inspect', await two.container(WORKER));
  expect(inspected).toContain(fingerprint);
  expect(inspected + (await two.logs(WORKER)) + two.said.join('')).not.toContain(token);
  expect(await two.rma('models', 'lock')).toMatchObject({ code: 0 });
  const again = ['--offline', '--from', from, '--peer-token-file', file, '--frozen'];
  expect(await two.up(...again)).toMatchObject({ changed: false });
});
