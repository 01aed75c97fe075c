import { describe, expect, it } from 'vitest';
import { storeInventory } from '../../../src/app/models/store-inventory.ts';
import { up } from '../../../src/app/up.ts';
import { EMPTY_INVENTORY } from '../../../src/core/domain/inventory.ts';
import { catalogOf, configOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const config = configOf({ profiles: ['cpu-worker'] });
const catalog = catalogOf({ 'cpu-worker': [profileServiceOf({ engine: 'llm', models: ['small'] })] }, [
  engineOf('llm'),
]);

describe('the inventory of a volume', () => {
  it('is empty for a volume that does not exist, without a container', async () => {
    const found = await storeInventory(new FakeHost(), fakeInvocation(catalog), { config, store: null });
    expect(found).toEqual(EMPTY_INVENTORY);
  });

  it.each([
    [
      'is what the worker image prints',
      { exitCode: 0, stdout: JSON.stringify({ ...EMPTY_INVENTORY, totalBytes: 7 }) },
      7,
    ],
    ['rejects an image of another version', { exitCode: 0, stdout: '{}' }, 'RMA_WORKER_INCOMPATIBLE'],
    ['reports an image that cannot read the volume', { exitCode: 1, stdout: '' }, 'RMA_STORE_UNREADABLE'],
    [
      'reports the error of the command',
      { exitCode: 3, stdout: '', stderr: '{"code":"RMA_STORE_UNWRITABLE","message":"no","exitCode":3}\n' },
      'RMA_STORE_UNWRITABLE',
    ],
  ])('%s', async (_, outcome, expected) => {
    const host = new FakeHost();
    const invocation = fakeInvocation(catalog);
    await up(host, invocation, upRequest({ config }));
    const asked: string[] = [];
    host.docker.oneOff = async ({ argv, mounts }) => {
      asked.push([...argv, ...mounts].join(' '));
      return { stderr: 'denied', ...outcome };
    };
    const read = storeInventory(host, invocation, { config, store: null });
    if (typeof expected === 'number') expect((await read).totalBytes).toBe(expected);
    else await expect(read).rejects.toMatchObject({ code: expected });
    expect(asked).toEqual([expect.stringMatching(/^rma-worker inventory .*,readonly$/)]);
  });
});
