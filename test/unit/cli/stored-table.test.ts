import { expect, it } from 'vitest';
import { displayWidth } from '../../../src/cli/render/display-width.ts';
import { storedColumns } from '../../../src/cli/render/inventory.ts';
import { renderTable } from '../../../src/cli/render/table.ts';
import type { InventoryModel } from '../../../src/core/domain/inventory.ts';
import { theme } from '../../helpers/cli/theme.ts';

const NOW = Date.UTC(2026, 0, 31);
const DAY = 86_400_000;

const model = (part: Partial<InventoryModel>): InventoryModel => ({
  references: ['hf:org/name'],
  source: 'hf',
  path: 'path',
  commit: null,
  files: [],
  missing: [],
  bytes: 4_000_000_000,
  sharedBytes: 0,
  modifiedAt: new Date(NOW - 70 * DAY).toISOString(),
  lastUsedAt: null,
  neededBy: [],
  isPinned: false,
  names: [],
  linkedFrom: [],
  records: [],
  lease: null,
  ...part,
});

it('fits 80 columns: 8 digits of a commit, and a long reference shortened in its middle', () => {
  const models = [
    model({
      references: [`hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF@${'d09a61e0db'.repeat(4)}`],
      lastUsedAt: new Date(NOW - 3 * DAY).toISOString(),
    }),
    model({ references: ['ollama:llava:7b'], neededBy: [{ host: 'box', project: 'own', profile: 'tiny' }] }),
    model({ references: [`hf:org/name@${'d09a61e0db'.repeat(4)}`], missing: ['a'], modifiedAt: null }),
  ];
  expect(renderTable(storedColumns(NOW), models, theme({ columns: 80 })).split('\n')).toEqual([
    'REFERENCE                           SIZE   VERIFIED     LAST USED      NEEDED BY',
    'hf:Qwen/Q…struct-GGUF@d09a61e0   3.7 GiB   no           3 days ago     -',
    'ollama:llava:7b                  3.7 GiB   no           2 months ago   own/tiny',
    'hf:org/name@d09a61e0             3.7 GiB   incomplete   -              -',
  ]);
});

it('fits 80 columns with 50 models', () => {
  const models = Array.from({ length: 50 }, (_, at) =>
    model({ references: [`hf:organization-${at}/a-model-with-a-long-name-${at}-Instruct-GGUF`] }),
  );
  const lines = renderTable(storedColumns(NOW), models, theme({ columns: 80 })).split('\n');
  expect(lines).toHaveLength(51);
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
  expect(lines[50]).toContain('2 months ago');
});
