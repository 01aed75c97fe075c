import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { manifestFiles, manifestStream } from '../../../src/core/kubernetes/write-manifests.ts';
import { KUBERNETES_CASES } from '../../golden/kubernetes/cases.ts';
import { exportOf } from '../../helpers/kubernetes/export-of.ts';

const folder = join(import.meta.dirname, '../../golden/kubernetes');
const cases = Object.entries(KUBERNETES_CASES).map(([name, each]) => ({ name, each }));

describe('the manifests', () => {
  it.each(cases)(
    'of $name are those of the golden file, with the same bytes each time',
    async ({ name, each }) => {
      const { manifests, origin } = await exportOf(each);
      const text = manifestStream(manifests, { ...origin, version: '1.2.3' });
      await expect(text).toMatchFileSnapshot(join(folder, `${name}.yaml`));
      const again = await exportOf(each);
      expect(manifestStream(again.manifests, { ...origin, version: '1.2.3' })).toBe(text);
    },
  );

  it('have a case for each golden file', () => {
    const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
    expect(files).toEqual(cases.map(({ name }) => `${name}.yaml`).sort());
  });

  it.each(cases)(
    'of $name are the same objects for YAML 1.1 and 1.2, in one stream and in files',
    async ({ each }) => {
      const { manifests, origin } = await exportOf(each);
      const objects = manifests.map(({ object }) => object);
      const read = (text: string, version: '1.1' | '1.2') =>
        parseAllDocuments(text, { version }).map((document) => document.toJS() as unknown);
      const stream = manifestStream(manifests, origin);
      expect(read(stream, '1.1').filter((each) => each !== null)).toEqual(objects);
      const files = [...manifestFiles(manifests, origin)].filter(([name]) => name !== 'kustomization.yaml');
      expect(files.flatMap(([, text]) => read(text, '1.2'))).toEqual(objects);
    },
  );
});
