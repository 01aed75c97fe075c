import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectFault } from '../helpers/cli/expect-fault.ts';
import { GGUF, REPO, type Stack, startStack } from '../helpers/stack/stack.ts';
import type { Fault } from '../hub/faults.ts';
import { quickstartRepos } from '../hub/quickstart-repos.ts';

const TOKEN = 'hf_lookedForEverywhere0123';

/** Returns the names of files that readers of the store could treat as a model. */
const published = async (stack: Stack): Promise<string> =>
  stack.inVolume(
    "find /models -path /models/.rma -prune -o \\( -path '*/blobs/*' -o -path '*/snapshots/*' \\) -print",
  );

const upFails = async (stack: Stack) => {
  const { code: exitCode, stdout, stderr } = await stack.rma('up', '--json');
  return { exitCode, stdout, stderr };
};

describe('rma up fails with the error of the worker, and succeeds once it is fixed:', () => {
  const cases: readonly (readonly [string, Fault, number, string])[] = [
    [
      'content that does not match its hash',
      { kind: 'flip-byte', path: `*${GGUF}` },
      6,
      'RMA_CONTENT_HASH_MISMATCH',
    ],
    [
      'an HTML page instead of the model',
      { kind: 'html', path: `*/resolve/*${GGUF}` },
      6,
      'RMA_CONTENT_HTML',
    ],
    [
      'access denied (403)',
      { kind: 'status', status: 403, path: `*/resolve/*${GGUF}` },
      4,
      'RMA_HUB_FORBIDDEN',
    ],
    [
      'a license that was not accepted',
      { kind: 'status', status: 403, errorCode: 'GatedRepo', path: `*/resolve/*${GGUF}` },
      4,
      'RMA_HUB_GATED',
    ],
  ];
  test.each(cases)('%s', async (...[, fault, exitCode, code]) => {
    const stack = await startStack();
    stack.hub.faults.add(fault);
    const ended = await upFails(stack);
    expectFault(ended, { exitCode, code, words: [GGUF], json: true });
    expect(Object.keys(await stack.containers())).not.toContain('cpu-worker-llamacpp');
    expect(await stack.status()).toMatchObject({ state: 'failed', failure: { code, exitCode } });
    expect(await published(stack)).toBe('');
    // a permanent error is not retried
    const asked = stack.hub.log.entries().length;
    expectFault(await upFails(stack), { exitCode, code, json: true });
    expect(stack.hub.log.entries().length).toBeLessThanOrEqual(2 * asked);
    stack.hub.faults.clear();
    expect((await stack.up()).changed).toBe(true);
    expect((await stack.chat()).status).toBe(200);
  });
});

describe('an error of the hub while resolving a reference fails rma up before anything is created:', () => {
  test.each([
    ['401', { kind: 'status', status: 401 }, 4, 'RMA_HUB_UNAUTHORIZED'],
    ['403 gated', { kind: 'status', status: 403, errorCode: 'GatedRepo' }, 4, 'RMA_HUB_GATED'],
    ['404', { kind: 'status', status: 404 }, 1, 'RMA_HUB_NOT_FOUND'],
    [
      '404 for the revision',
      { kind: 'status', status: 404, errorCode: 'RevisionNotFound' },
      1,
      'RMA_HUB_REVISION_NOT_FOUND',
    ],
    ['an HTML page', { kind: 'html' }, 1, 'RMA_HUB_BAD_ANSWER'],
    ['a path with ..', { kind: 'list-as', as: '../outside.gguf', path: `*${GGUF}` }, 1, 'RMA_HUB_NO_MATCH'],
  ] as const)('%s', async (...[, fault, exitCode, code]) => {
    const stack = await startStack();
    stack.hub.faults.add(fault);
    expectFault(await upFails(stack), { exitCode, code, words: [REPO], json: true });
    expect(await readdir(stack.dir)).toEqual(['rma.yaml']);
    expect(await stack.containers()).toEqual({});
    expect(await stack.docker('volume', 'ls', '-q', '--filter', `name=${stack.project}`)).toBe('');
  });
});

test('the token is in no file except its secret, and in no listing, log or container setting, and is never sent to the CDN', async () => {
  const repo = quickstartRepos()[REPO];
  const stack = await startStack({
    hub: {
      repos: { [REPO]: { ...repo, files: repo?.files ?? {}, gated: true, readers: ['alice'] } },
      tokens: { [TOKEN]: 'alice' },
    },
    env: { HF_TOKEN: TOKEN },
  });
  await stack.up('--debug');
  for (const command of [
    'plan --json',
    'up',
    'status --json',
    'logs',
    'config show --origin',
    'compose render',
  ])
    await stack.rma(...command.split(' '));
  expect(stack.said.join('')).not.toContain(TOKEN);
  const ids = Object.values(await stack.containers());
  expect(ids).toHaveLength(3);
  expect(await stack.docker('inspect', ...ids)).not.toContain(TOKEN);
  for (const id of ids) expect(await stack.logsOf(id)).not.toContain(TOKEN);
  expect(
    await stack.docker(
      'image',
      'inspect',
      await stack.docker('inspect', '--format', '{{.Image}}', ids[0] ?? ''),
    ),
  ).not.toContain(TOKEN);
  const files = (await readdir(stack.dir, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const holders: string[] = [];
  for (const { parentPath, name } of files) {
    if ((await readFile(join(parentPath, name), 'latin1')).includes(TOKEN))
      holders.push(join(parentPath, name));
  }
  expect(holders).toEqual([join(stack.dir, '.rma/secrets/hf_token')]);
  expect(await stack.inVolume(`grep -rl ${TOKEN} /models || true`)).toBe('');
  const seen = stack.hub.log.entries();
  expect(seen.filter(({ port }) => port === 'cdn')).not.toEqual([]);
  expect(seen.filter(({ port, authorized }) => port === 'cdn' && authorized)).toEqual([]);
  await stack.rma('down');
  expect(await readdir(join(stack.dir, '.rma'))).not.toContain('secrets');
});
