import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { compareObjects } from '../../src/core/cluster/compare-objects.ts';
import { type KubernetesObject, objectName } from '../../src/core/cluster/kubernetes-object.ts';
import { PATIENCE } from '../helpers/patience.ts';
import { type Cluster, startCluster } from './cluster.ts';

const FOLDER = 'test/golden/kubernetes';
const GOLDEN = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
const APPLY = ['apply', '--server-side', '--field-manager=rma', '--filename', '-'];

const WORKLOADS = ['Deployment', 'Job', 'Pod'];

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(async () => cluster?.stop());

describe.each(GOLDEN)('a real API server and %s', (file) => {
  const namespace = `golden-${file.replace('.yaml', '')}`;
  const objects = objectsOf(file, namespace);

  it('accepts every object without a warning, and a dry run too', async () => {
    await cluster.ask(APPLY, listOf(objects.filter(({ kind }) => kind === 'Namespace')));
    for (const args of [[...APPLY, '--dry-run=server'], APPLY])
      expect(await cluster.kubectl(args, listOf(objects))).toMatchObject({ code: 0, stderr: '' });
  });

  it('sees no change in a second apply', async () => {
    const before = await ask(['get', '--filename', '-'], objects);
    const after = await ask([...APPLY, '--dry-run=server'], objects);
    expect(after).toHaveLength(objects.length);
    expect(compareObjects(before, after).filter(({ change }) => change !== 'none')).toEqual([]);
  });

  it('creates a pod for the Job, each replica, and the helper pods under Pod Security restricted', async () => {
    const wanted = objects.filter(({ kind }) => WORKLOADS.includes(kind)).map(replicasOf);
    const expected = wanted.reduce((sum, replicas) => sum + replicas, 0);
    await expect
      .poll(async () => (await ask(['get', 'pods', '--namespace', namespace])).length, PATIENCE)
      .toBe(expected);
    const events = await ask(['get', 'events', '--namespace', namespace]);
    const rejected = events.filter((event) => event['reason'] === 'FailedCreate');
    expect(rejected.map((event) => `${objectName(event)}: ${event['message']}`)).toEqual([]);
  });
});

/** Returns the objects of a golden file, in another namespace. */
function objectsOf(file: string, namespace: string): readonly KubernetesObject[] {
  const documents = parseAllDocuments(readFileSync(join(FOLDER, file), 'utf8'), { version: '1.1' });
  const objects = documents.flatMap((each) => (each.toJS() as KubernetesObject | null) ?? []);
  return objects.map((object) => {
    const { metadata } = object;
    if (object.kind === 'Namespace') return { ...object, metadata: { ...metadata, name: namespace } };
    return metadata.namespace === undefined ? object : { ...object, metadata: { ...metadata, namespace } };
  });
}

/** Runs kubectl on objects, and returns those that it prints. */
async function ask(
  args: readonly string[],
  input: readonly object[] = [],
): Promise<readonly KubernetesObject[]> {
  const text = await cluster.ask([...args, '--output', 'json'], listOf(input));
  return (JSON.parse(text) as { readonly items: readonly KubernetesObject[] }).items;
}

function listOf(items: readonly object[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

function replicasOf({ spec }: KubernetesObject): number {
  return (spec as { readonly replicas?: number } | undefined)?.replicas ?? 1;
}
