import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { manifestFiles } from '../../src/core/kubernetes/write-manifests.ts';
import { KUBERNETES_CASES } from '../golden/kubernetes/cases.ts';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { checkGolden } from '../helpers/judges/kubernetes-schemas.ts';
import { exportOf } from '../helpers/kubernetes/export-of.ts';

const GOLDEN = join(import.meta.dirname, '../golden/kubernetes');
/** What the chart of llm-d renders. */
const CHART = join(import.meta.dirname, '../golden/llm-d');

const filesIn = (folder: string, name: RegExp): readonly string[] =>
  readdirSync(folder).flatMap((file) => (name.test(file) ? [join(folder, file)] : []));

it('[req T13] the schemas of all releases accept every exported object', async () => {
  const files = [...filesIn(GOLDEN, /\.yaml$/), ...filesIn(CHART, /\.rendered\.yaml$/)];
  const { objects, faults } = await checkGolden(files);
  expect(faults).toEqual([]);
  expect(objects.length).toBeGreaterThan(80);
});

it.each(Object.keys(KUBERNETES_CASES))(
  'kubectl builds the directory of %s with its kustomization',
  async (name) => {
    const each = KUBERNETES_CASES[name];
    if (each === undefined) throw new Error(`no case ${name}`);
    const { manifests, origin } = await exportOf(each);
    const dir = join(judgeHome(), name);
    mkdirSync(dir, { recursive: true });
    for (const [file, text] of manifestFiles(manifests, origin)) writeFileSync(join(dir, file), text);
    const { code, stdout } = await runJudge('kubectl', ['kubectl', 'kustomize', dir]);
    expect(code).toBe(0);
    expect(stdout.match(/^kind: /gm)).toHaveLength(manifests.length);
  },
);
