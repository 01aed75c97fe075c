import { describe, expect, it } from 'vitest';
import { removeStored } from '../../../src/app/models/remove-models.ts';
import { showStored } from '../../../src/app/models/show-stored.ts';
import { verifyStored } from '../../../src/app/models/verify-models.ts';
import { up } from '../../../src/app/up.ts';
import { EMPTY_INVENTORY, type Inventory, type InventoryModel } from '../../../src/core/domain/inventory.ts';
import type { Verification } from '../../../src/core/domain/verification.ts';
import { catalogOf, configOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const config = configOf({ profiles: ['cpu-worker'] });
const catalog = catalogOf({ 'cpu-worker': [profileServiceOf({ engine: 'llm', models: ['small'] })] }, [
  engineOf('llm'),
]);
const FACTS = { license: null, architecture: 'llama', parameters: 7, contextLength: 2048 };
const model: InventoryModel = {
  references: ['ollama:a'],
  source: 'ollama',
  path: 'ollama/manifests/a',
  commit: null,
  files: [],
  missing: [],
  bytes: 0,
  sharedBytes: 0,
  modifiedAt: null,
  lastUsedAt: null,
  neededBy: [],
  isPinned: false,
  names: ['ollama/manifests/a'],
  linkedFrom: [],
  records: [],
  lease: null,
};
const store: Inventory = { ...EMPTY_INVENTORY, models: [model] };

/** Returns a host with a running worker, whose one-off containers answer as the store above, and what they were asked. */
async function running(answers: Readonly<Record<string, string>> = {}) {
  const host = new FakeHost();
  const invocation = fakeInvocation(catalog);
  await up(host, invocation, upRequest({ config }));
  const asked: string[] = [];
  host.docker.oneOff = async ({ argv, mounts, stdin, onStdout }) => {
    const [, verb = ''] = argv;
    asked.push(
      [verb, mounts.some((mount) => mount.endsWith(',readonly')) ? 'read' : 'write', stdin].join(' '),
    );
    const stdout = { inventory: JSON.stringify(store), ...answers }[verb] ?? '';
    if (onStdout === undefined) return { exitCode: 0, stdout, stderr: '' };
    for (const line of stdout.split('\n')) onStdout(line);
    return { exitCode: 0, stdout: '', stderr: '' };
  };
  return { host, invocation, asked };
}

describe('the verification of a volume', () => {
  const VERIFICATION: Verification = {
    models: [],
    problems: [],
    files: 2,
    bytes: 3,
    unread: 0,
    withoutHash: 0,
    hashedBytes: 3,
    resumedBytes: 0,
  };
  const PROGRESS = { doneBytes: 1, totalBytes: 3, bytesPerSecond: null, etaSeconds: null };
  const lines = [{ progress: PROGRESS }, { verification: VERIFICATION }].map((line) => JSON.stringify(line));

  it.each([
    [{ deep: false, writes: true }, 'verify read'],
    [{ deep: true, writes: true }, 'verify-deep write'],
    [{ deep: true, writes: false }, 'verify read'],
  ])('with %o is run as %s', async (how, command) => {
    const answer = lines.join('\n');
    const { host, invocation, asked } = await running({ verify: answer, 'verify-deep': answer });
    const input = { names: [], maxRate: null, reuse: false, ...how };
    expect(await verifyStored(host, invocation, { config, verifier: null, ...input })).toEqual(VERIFICATION);
    expect(asked).toEqual([`${command} ${JSON.stringify(input)}`]);
  });

  it('fails without a result', async () => {
    const { host, invocation } = await running({ verify: lines[0] ?? '' });
    const input = { names: [], maxRate: null, reuse: false, deep: false, writes: true };
    await expect(verifyStored(host, invocation, { config, verifier: null, ...input })).rejects.toMatchObject({
      code: 'RMA_STORE_UNREADABLE',
    });
  });
});

describe('a model in a volume', () => {
  it('is shown with the metadata in its files, read from a read-only mount', async () => {
    const { host, invocation, asked } = await running({ describe: JSON.stringify([[model.path, FACTS]]) });
    const request = { config, folder: null, name: 'a:latest' };
    expect(await showStored(host, invocation, request)).toEqual([{ model, ...FACTS }]);
    expect(asked).toEqual(['inventory read {}', `describe read {"paths":["${model.path}"]}`]);
  });

  it('is not shown by an image of another version', async () => {
    const { host, invocation } = await running({ describe: '{}' });
    const request = { config, folder: null, name: 'ollama:a' };
    await expect(showStored(host, invocation, request)).rejects.toMatchObject({
      code: 'RMA_WORKER_INCOMPATIBLE',
    });
  });

  it('is removed after a confirmation, through the worker image', async () => {
    const { host, invocation, asked } = await running();
    const request = { config, store: null, names: ['ollama:a'], dryRun: false, force: false };
    const declined = { ...request, confirm: () => Promise.reject(new Error('no')) };
    await expect(removeStored(host, invocation, declined)).rejects.toThrow('no');
    expect(asked.splice(0)).toEqual(['inventory read {}']);
    const { models } = await removeStored(host, invocation, { ...request, confirm: async () => undefined });
    expect(models).toMatchObject([{ reference: 'ollama:a' }]);
    expect(asked).toEqual(['inventory read {}', `remove write {"paths":["${model.path}"],"force":false}`]);
  });

  it('is not removed in a dry run', async () => {
    const { host, invocation, asked } = await running();
    const request = { config, store: null, names: ['ollama:a'], dryRun: true, force: false };
    await removeStored(host, invocation, { ...request, confirm: () => Promise.reject(new Error('asked')) });
    expect(asked).toEqual(['inventory read {}']);
  });
});
