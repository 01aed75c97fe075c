import { expect, test } from 'vitest';
import { GGUF, REPO, startStack } from '../helpers/stack/stack.ts';
import { tinyGguf } from '../hub/tiny-gguf.ts';

const UNUSED = ['hf:Acme/Gone', 'hf:Acme/Old'] as const;
const NOW = ['--keep', '0s', '--grace', '0s'];

const namesOf = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name).sort();

test('[req R77] shows, prunes, restores and releases the models of a volume, and leaves it to its owner', async () => {
  const content = (seed: number) => ({ files: { 'tiny.gguf': tinyGguf({ seed }) } });
  const repos = {
    [REPO]: { files: { [GGUF]: tinyGguf() } },
    'Acme/Gone': content(2),
    'Acme/Old': content(3),
    'Acme/Pinned': content(4),
  };
  const stack = await startStack({ hub: { repos } });
  const json = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await stack.rma(...args, '--json');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    return JSON.parse(stdout);
  };
  const prune = (...args: readonly string[]) => json('cache', 'prune', ...NOW, ...args);
  const blobs = async () =>
    (await stack.inVolume("find /models/huggingface -path '*/blobs/*' -type f | cut -d/ -f5 | sort")).split(
      '\n',
    );
  const files = () => stack.inVolume('find /models ! -path "/models/.rma/leases*" | sort');

  expect(await json('cache', 'prune')).toMatchObject({ marked: [], deleted: [] });
  const pulled = await stack.rma('models', 'pull', ...UNUSED, 'hf:Acme/Pinned');
  expect(pulled).toMatchObject({ code: 0 });
  await stack.up();
  expect(await json('cache', 'pin', 'hf:Acme/Pinned')).toMatchObject({
    models: [{ model: 'hf:Acme/Pinned' }],
  });

  const { usage, diskBytes } = await json('cache', 'df');
  const hf = { type: 'hf models', count: 4 };
  expect(usage[0]).toMatchObject(hf);
  const onDisk = await stack.inVolume('du -ck -d0 /models/huggingface/hub/*/blobs | tail -1 | cut -f1');
  expect(diskBytes).toBeGreaterThanOrEqual(usage[0].diskBytes);
  expect(usage[0].diskBytes / 1024).toBeLessThanOrEqual(Number(onDisk));

  const before = await files();
  const { plan } = await prune('--dry-run');
  expect(namesOf(plan.entries)).toEqual(UNUSED);
  expect(await files()).toBe(before);
  const first = await prune();
  expect(namesOf(first.marked)).toEqual(UNUSED);
  expect(first.marked.map((item: { diskBytes: number }) => item.diskBytes)).toEqual(
    plan.entries.map((item: { diskBytes: number }) => item.diskBytes),
  );
  expect(await blobs()).toHaveLength(2);

  expect(namesOf((await json('cache', 'undo', 'hf:Acme/Old')).restored)).toEqual(['hf:Acme/Old']);
  expect(await json('models', 'verify', '--deep', 'hf:Acme/Old')).toMatchObject({ problems: [] });
  const unknown = await stack.rma('cache', 'undo', 'hf:Acme/Nowhere', '--json');
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('RMA_CACHE_NOT_MARKED') });
  const second = await prune();
  expect({ deleted: namesOf(second.deleted), marked: namesOf(second.marked) }).toEqual({
    deleted: ['hf:Acme/Gone'],
    marked: ['hf:Acme/Old'],
  });

  expect(await json('models', 'rm', 'hf:Acme/Pinned', '--yes')).toMatchObject({
    models: [{ reference: 'hf:Acme/Pinned', isPinned: true }],
    freedBytes: tinyGguf({ seed: 4 }).length,
  });
  expect((await stack.chat()).status).toBe(200);

  expect(await json('down', '--forget')).toMatchObject({ forgotten: ['cpu-worker'] });
  expect(namesOf((await prune()).marked)).toEqual([`hf:${REPO}`]);
  expect((await stack.inVolume('find /models/huggingface/hub -type f')).trim()).toBe('');
  const owners = await stack.inVolume('find /models ! -user 1000 -o ! -group 1000');
  expect(owners.trim()).toBe('');
});
