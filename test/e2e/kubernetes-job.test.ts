import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { dockerRun } from '../helpers/kubernetes/docker-run.ts';
import type { Plain } from '../helpers/kubernetes/manifest-faults.ts';
import { runProgram } from '../helpers/stack/engine-script.ts';
import { ENGINE, GGUF, REPO, type Stack, startStack } from '../helpers/stack/stack.ts';

const REF = `hf:${REPO}:${GGUF}`;

test('[req D06 K8s] [req D16 K8s] [req L08 K8s] the exported Job fills a volume, and the init container of an engine then ends offline', async () => {
  const stack = await startStack();
  await stack.rma('compose', 'render', '--output', join(stack.dir, 'rendered'));
  const out = join(stack.dir, 'k8s');
  const exported = await stack.rma('export', 'kubernetes', '--owner', '1234:4321', '--output', out);
  expect(exported).toMatchObject({ code: 0 });
  const objects = readdir(out);
  const config = await configVolume(stack, objects);
  // as the kubelet prepares a volume for fsGroup
  await stack.inVolume('chown 0:4321 /models && chmod 2775 /models');
  const volumes = { 'model-storage': stack.volume, config };
  const run = (name: string, container: (pod: Plain) => Plain, ...options: readonly string[]) => {
    const pod = objects.find(({ metadata }) => metadata.name.startsWith(name) && metadata).spec.template.spec;
    const [command = '', ...args] = dockerRun(pod, container(pod), volumes);
    return runProgram('docker', [command, ...options, ...args], stack.env);
  };
  const job = () =>
    run(
      'model-downloader-',
      ({ containers }) => containers[0],
      '--add-host',
      'host.docker.internal:host-gateway',
    );
  const wait = () => run(ENGINE, ({ initContainers }) => initContainers[0], '--network', 'none');

  const first = await job();
  expect(first).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(`Downloading ${REF}`) });
  expect(await stack.inVolume('find /models -not -user 1234 -not -path /models | head -1')).toBe('');

  stack.hub.log.clear();
  expect(await job()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('all models are in the store'),
  });
  expect(stack.hub.log.contentRequests()).toEqual([]);

  expect(await wait()).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/all models are verified in the store \/models: 1\n$/),
  });
});

function readdir(out: string): readonly Plain[] {
  const names = ['configmap', 'job', 'deployment'];
  return names.flatMap((name) =>
    parseAllDocuments(readFileSync(join(out, `${name}.yaml`), 'utf8')).map((each) => each.toJS() as Plain),
  );
}

/** Returns a volume with the configuration of the worker, under the names that the Job and the init container read. */
async function configVolume(stack: Stack, objects: readonly Plain[]): Promise<string> {
  const volume = `${stack.project}-config`;
  onTestFinished(async () => {
    await runProgram('docker', ['volume', 'rm', '--force', volume], stack.env);
  });
  const { data } = objects.find(({ kind }) => kind === 'ConfigMap');
  const script = 'printf %s "$CONFIG" | tee /config/worker.json > /config/cpu-worker-worker.json';
  const shell = ['--user', '0:0', '--env', `CONFIG=${data['worker.json']}`, '--volume', `${volume}:/config`];
  await stack.docker(
    'run',
    '--rm',
    '--pull',
    'never',
    ...shell,
    stack.env['RMA_WORKER_BASE'] ?? '',
    'sh',
    '-ec',
    script,
  );
  return volume;
}
