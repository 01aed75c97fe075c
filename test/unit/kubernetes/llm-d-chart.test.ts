import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CHART_CASES } from '../../golden/llm-d/cases.ts';
import { exportOf } from '../../helpers/kubernetes/export-of.ts';
import { manifestFaults, type Plain } from '../../helpers/kubernetes/manifest-faults.ts';
import { objectOf, podOf } from '../../helpers/kubernetes/objects-of.ts';

const FOLDER = join(import.meta.dirname, '../../golden/llm-d');

/** Returns what the chart renders from the values of a case, as its file has it. */
function renderedOf(name: string): readonly Plain[] {
  const text = readFileSync(join(FOLDER, `${name}.rendered.yaml`), 'utf8');
  return parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as Plain);
}

function deploymentOf(name: string): Plain {
  return renderedOf(name).find(({ kind }) => kind === 'Deployment');
}

const mountOf = ({ volumeMounts }: Plain) => volumeMounts.find(({ name }: Plain) => name === 'model-storage');

describe('the objects that the chart renders', () => {
  it.each(Object.keys(CHART_CASES))('of %s are of the current values', (name) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(FOLDER, `${name}.yaml`)))
      .digest('hex');
    expect(readFileSync(join(FOLDER, `${name}.rendered.yaml`), 'utf8')).toContain(`sha256 ${hash}\n`);
  });

  it.each(Object.entries(CHART_CASES))(
    '[req L14 K8s] of %s have no fault with the export beside them, and are restricted',
    async (name, each) => {
      const { manifests } = await exportOf(each);
      const objects = [...manifests.map(({ object }) => object), ...renderedOf(name)];
      expect(manifestFaults(objects)).toEqual([]);
    },
  );

  it('[req L14 K8s] [req L16 K8s] [req L17 K8s] [req L18 K8s] [req T14] [req T15] mount the claim read-only at an absolute path', () => {
    const { containers, volumes } = podOf(deploymentOf('hub-cache'));
    expect(mountOf(containers[0])).toEqual({
      name: 'model-storage',
      mountPath: '/model-cache',
      readOnly: true,
    });
    expect(volumes).toContainEqual({
      name: 'model-storage',
      persistentVolumeClaim: { claimName: 'rma-models', readOnly: true },
    });
    expect(containers[0].env).toContainEqual({
      name: 'HF_HUB_CACHE',
      value: '/model-cache/huggingface/hub',
    });
  });

  it('[req L14 K8s] [req L20 K8s] run vLLM as the manifests of rma do', async () => {
    const each = CHART_CASES['two-gpus'];
    if (each === undefined) throw new Error('no case');
    const own = podOf(await objectOf({ ...each, format: 'manifests' }, 'Deployment', 'vllm-vllm'));
    const pod = podOf(deploymentOf('two-gpus'));
    const [ours, theirs] = [own.containers[0], pod.containers[0]];
    for (const field of ['image', 'resources', 'startupProbe', 'securityContext', 'ports'])
      expect(theirs[field]).toEqual(ours[field]);
    for (const field of ['securityContext', 'affinity', 'tolerations', 'imagePullSecrets', 'initContainers'])
      expect(pod[field]).toEqual(own[field]);
    const words = new Set(theirs.args);
    const [, ...options] = ours.args;
    expect(options.filter((word: string) => !words.has(word))).toEqual([]);
    expect(theirs.args[0]).toBe('mistralai/Mistral-7B-Instruct-v0.2');
  });
});
