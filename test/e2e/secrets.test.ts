import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { PATIENCE } from '../helpers/patience.ts';
import { MODEL, REPO, type Stack, startStack } from '../helpers/stack/stack.ts';
import { quickstartRepos } from '../hub/quickstart-repos.ts';
import { tokenHash } from '../hub/request-log.ts';

const GATED = Object.fromEntries(
  Object.entries(quickstartRepos()).map(([name, repo]) => [name, { ...repo, gated: true }]),
);

test('[fail X5] [fail X6] [req L08] the token of a gated model is read from environment and file, and never exposed', async () => {
  const token = `hf_${randomBytes(16).toString('hex')}`;
  const stack = await startStack({
    hub: { repos: GATED, tokens: { [token]: 'reader' } },
    env: { HF_TOKEN: token },
  });
  const { hub, said } = stack;
  const seen: string[] = [];

  const stall = hub.faults.add({ kind: 'stall', port: 'cdn', bytes: 100_000 });
  const pull = stack.rma('models', 'pull', MODEL);
  await stall.reached();
  seen.push(...(await facesOf(stack, `rma.one-off=${stack.project}`)));
  stall.remove();
  expect(await pull).toMatchObject({ code: 0 });
  await expect(readFile(join(stack.dir, '.rma/secrets/hf_token'))).rejects.toThrow('ENOENT');

  await stack.inVolume('rm -rf /models/* /models/.rma');
  const file = join(stack.dir, 'token');
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  await stack.rma('plan', '--json', '--token-file', file);
  await stack.rma('up', '--debug', '--token-file', file);
  await stack.ready();
  await stack.rma('logs');
  await stack.rma('config', 'show', '--origin');
  seen.push(...(await facesOf(stack, `rma.project=${stack.project}`)));
  for (const name of ['compose.yaml', 'resolved.json']) {
    seen.push(await readFile(join(stack.dir, '.rma', name), 'utf8'));
  }
  seen.push(await stack.inVolume('find /models -type f -size -1000k -exec cat {} +'));

  expect(seen.length).toBeGreaterThan(6);
  for (const text of [...said, ...seen]) expect(text).not.toContain(token);
  const requests = hub.log.entries();
  const withToken = requests.filter(({ authorized }) => authorized);
  expect(new Set(withToken.map((request) => request.tokenHash))).toEqual(new Set([tokenHash(token)]));
  expect(withToken.some(({ path }) => path.startsWith(`/${REPO}/resolve/`))).toBe(true);
  expect(requests.filter(({ port }) => port === 'cdn').length).toBeGreaterThan(1);
  expect(new Set(withToken.map(({ port }) => port))).toEqual(new Set(['api']));
});

/** Returns what Docker shows of containers with this label: inspect, top and logs. */
async function facesOf(stack: Stack, label: string): Promise<readonly string[]> {
  const ids = await vi.waitFor(async () => {
    const found = await stack.docker('ps', '--quiet', '--filter', `label=${label}`);
    expect(found).not.toBe('');
    return found.split('\n');
  }, PATIENCE);
  const faces = ids.map(async (id) => [
    await stack.docker('inspect', id),
    await stack.docker('top', id, '-eo', 'pid,args'),
    await stack.logsOf(id),
  ]);
  return (await Promise.all(faces)).flat();
}
