import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { checkGolden, checkSchemas } from '../helpers/judges/kubernetes-schemas.ts';

const CLAIM = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'models' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
};
const POD = {
  containers: [{ name: 'engine', image: 'engine:1', resources: { limits: { 'nvidia.com/gpu': 1 } } }],
};
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'engine' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'engine' } },
    template: { metadata: { labels: { app: 'engine' } }, spec: POD },
  },
};

function written(...objects: readonly object[]): string {
  const path = join(judgeHome(), 'objects.yaml');
  writeFileSync(path, objects.map((each) => stringify(each)).join('---\n'));
  return path;
}

it('schemas of all releases from 1.28 on accept sound manifests', async () => {
  const { releases, objects, faults } = await checkSchemas([written(CLAIM, DEPLOYMENT)]);
  expect(faults).toEqual([]);
  expect(objects).toEqual(['persistentvolumeclaim/models', 'deployment/engine']);
  expect(releases).toEqual(['1.28', '1.29', '1.30', '1.31', '1.32', '1.33', '1.34', '1.35', '1.36', '1.37']);
});

it.each([
  [
    'a misspelt field',
    { ...CLAIM, spec: { ...CLAIM.spec, storageClass: 'fast' } },
    "('storageClass' was unexpected)",
  ],
  [
    'a wrong type',
    { ...DEPLOYMENT, spec: { ...DEPLOYMENT.spec, replicas: '2' } },
    "'2' is not of type 'integer'",
  ],
  ['a missing field', { ...DEPLOYMENT, spec: { template: {} } }, "'selector' is a required property"],
  ['an unknown kind', { ...CLAIM, kind: 'VolumeClaim' }, "Couldn't find schema for kind VolumeClaim"],
  ['an API version of the past', { ...DEPLOYMENT, apiVersion: 'apps/v1beta1' }, "Couldn't find schema"],
])('schemas of each release reject %s: this check can fail', async (_name, object, fault) => {
  const { releases, faults } = await checkSchemas([written(object)]);
  expect(faults).toHaveLength(releases.length);
  for (const each of faults) expect(each).toContain(fault);
});

it('[req T13 K8s] schemas of all releases accept the exports of the golden files', async () => {
  const folder = 'test/golden/kubernetes';
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  const { objects, faults } = await checkGolden(files.map((file) => join(folder, file)));
  expect(faults).toEqual([]);
  expect(new Set(objects.map((name) => name.split('/')[0]))).toContain('deployment');
});

it('schemas before 1.31 reject an image as a volume, and later ones accept it', async () => {
  const { faults } = await checkSchemas(['test/golden/kubernetes/image.yaml']);
  expect(new Set(faults.map((fault) => fault.split(' ')[0]))).toEqual(new Set(['1.28', '1.29', '1.30']));
  expect(faults[0]).toContain("('image' was unexpected)");
});

it('kubectl builds a directory with its own kustomize, and rejects a missing file', async () => {
  const dir = judgeHome();
  const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
  writeFileSync(join(dir, 'claim.yaml'), stringify(CLAIM));
  writeFileSync(join(dir, 'kustomization.yaml'), stringify({ ...kustomization, resources: ['claim.yaml'] }));
  expect(await runJudge('kubectl', ['kubectl', 'kustomize', dir])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('storage: 10Gi'),
  });
  writeFileSync(join(dir, 'kustomization.yaml'), stringify({ ...kustomization, resources: ['other.yaml'] }));
  expect(await runJudge('kubectl', ['kubectl', 'kustomize', dir])).toMatchObject({ code: 1 });
});
