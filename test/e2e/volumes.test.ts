import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Stack, startStack } from '../helpers/stack/stack.ts';

interface Finding {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

async function check(stack: Stack, ...args: readonly string[]) {
  const { code, stdout } = await stack.rma('volumes', 'check', 'store', '--json', ...args);
  const [volume] = JSON.parse(stdout).volumes as readonly { readonly findings: readonly Finding[] }[];
  return { code, findings: volume?.findings ?? [] };
}

test('[req R74] [req R76] checks a store as its users, prints the command that mends it, and removes it on request', async () => {
  const stack = await startStack();
  await stack.docker('volume', 'create', stack.volume);
  expect(await check(stack)).toEqual({ code: 0, findings: [] });
  expect((await stack.inVolume('ls -A /models')).trim()).toBe('');

  // as another program or a careless `sudo cp` leaves them
  await stack.inVolume(
    'mkdir -m 755 /models/gguf && cd /models/gguf && echo GGUF > a.gguf && chmod 600 a.gguf && chown 1000 a.gguf',
  );
  const { code, findings } = await check(stack);
  expect({ code, codes: findings.map((each) => each.code).sort() }).toEqual({
    code: 3,
    codes: ['RMA_VOLUME_UNREADABLE', 'RMA_VOLUME_UNWRITABLE'],
  });
  for (const { hint } of findings) {
    const command = hint.slice(hint.indexOf('docker ')).split(' ').slice(1);
    await stack.docker(...command);
  }
  expect(await check(stack)).toEqual({ code: 0, findings: [] });
  expect((await stack.inVolume('ls -A /models')).trim()).toBe('gguf');

  await stack.docker(
    'create',
    '--name',
    `${stack.project}-user`,
    '--volume',
    `${stack.volume}:/x:ro`,
    stack.env['RMA_WORKER_BASE'] ?? '',
  );
  onTestFinished(async () => void (await stack.docker('rm', '--force', `${stack.project}-user`)));
  const { stdout } = await stack.rma('volumes', 'inspect', 'store', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    volume: {
      owner: '1000:1000',
      files: 1,
      mounts: [{ container: `${stack.project}-user`, path: '/x', readOnly: true, project: null }],
    },
    drift: [],
  });
  const used = await stack.rma('volumes', 'rm', 'store', '--yes', '--force', '--json');
  expect(used).toMatchObject({ code: 3, stderr: expect.stringContaining('RMA_VOLUME_IN_USE') });
  await stack.docker('rm', `${stack.project}-user`);
  const unnamed = await stack.rma('volumes', 'rm', 'store', '--yes', '--json');
  expect(unnamed).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes --force') });
  expect(await stack.rma('volumes', 'rm', 'store', '--yes', '--force')).toMatchObject({ code: 0 });
  const left = await stack.docker('volume', 'ls', '--quiet', '--filter', `name=${stack.volume}`);
  expect(left).toBe('');
});

test('[req L15] [req R70] opens a shell on a directory, read-only unless told otherwise, and warns of one in memory', async () => {
  const stack = await startStack();
  const store = await mkdtemp(join(tmpdir(), 'rma-store-'));
  onTestFinished(async () => rm(store, { recursive: true, force: true }));
  const volume = ['--volume', `host:${store}`, '--owner', '1000:1000'];
  const shell = async (...args: readonly string[]) => stack.rma('volumes', 'shell', ...volume, ...args);
  await stack.docker(
    'run',
    '--rm',
    '--volume',
    `${store}:/x`,
    stack.env['RMA_WORKER_BASE'] ?? '',
    'chown',
    '1000:1000',
    '/x',
  );
  const denied = await shell('store', '--', 'touch', '/models/file');
  expect(denied).toMatchObject({ code: 1, stderr: expect.stringContaining('Read-only file system') });
  expect(denied.stderr).toContain(`${store} is at /models`);

  expect(await shell('--write', 'store', 'sh', '-c', 'echo hello > file')).toMatchObject({ code: 0 });
  expect(await shell('store', '--', 'cat', 'file')).toMatchObject({ code: 0, stdout: 'hello\n' });
  const captured = await shell('--json', 'store', '--', 'sh', '-c', 'id -u; exit 7');
  expect(captured.code).toBe(7);
  expect(JSON.parse(captured.stdout)).toMatchObject({ stdout: '1000\n', exitCode: 7 });
  const memory = await check(stack, '--volume', 'host:/dev/shm', '--owner', '0:0');
  expect(memory.findings).toMatchObject([{ code: 'RMA_VOLUME_NOT_PERSISTENT' }]);
});
