import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withServiceSettings } from '../../../src/core/config/apply-service-settings.ts';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { withFile } from '../../helpers/builders/config-sources.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const text = readFileSync(join(import.meta.dirname, '../../../docs/guides/rma-demo.md'), 'utf8');
const files = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, file = '']) => file);
const entries = [...text.matchAll(/`((?:profiles|volumes|gpu): .*?)`(?=[ ,|]|$)/gm)].map(
  ([, entry = '']) => entry,
);

describe('the guide for model workers', () => {
  it('has valid files and settings', () => {
    expect([files.length, entries.length]).toEqual([1, 7]);
    for (const file of [...files, ...entries]) {
      const { config } = resolveConfig(withFile(`${file}\n`));
      const catalog = withServiceSettings(shippedCatalog(), config.services ?? {});
      const { services } = selectServices(catalog, config.profiles);
      expect(services.length > 0 || config.profiles.length === 0).toBe(true);
    }
  });

  it('[req R62] [req R25] sets the limits of the guide', () => {
    const { config } = resolveConfig(withFile(files[0] ?? ''));
    const catalog = withServiceSettings(shippedCatalog(), config.services ?? {});
    expect(selectServices(catalog, config.profiles).services).toMatchObject([
      { service: 'vllm-vllm', utilization: 0.7, context: 2048, memoryBytes: 12 * 2 ** 30 },
      { service: 'ocr-ollama', memoryReservationBytes: 6 * 2 ** 30 },
    ]);
  });
});
