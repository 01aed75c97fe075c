import { describe, expect, test } from 'vitest';
import { beforeTests } from '../helpers/at-end.ts';
import { tempFolder } from '../helpers/files/temp-folder.ts';
import { openProject, type UpOverHosts, withSettings, writeProfile } from '../helpers/hosts/hosts-project.ts';
import { powerLoss } from '../helpers/hosts/power-loss.ts';
import { startHosts } from '../helpers/hosts/start-hosts.ts';
import { type RunningRma, startRma } from '../helpers/stack/running-rma.ts';

// One `up` on nine hosts, each of which loses its power at another operation, except the first. Then all are started again, and
// a plain `up` completes them.

/** host → the operation at which it loses its power */
const LOSSES = {
  h2: 'write-file',
  h3: 'write-secret',
  h4: 'create-volume',
  h5: 'create-directory',
  h6: 'start-service',
  h7: 'fetch-model',
  h8: 'check-gpus',
  h9: 'wait-until-ready',
} as const;

/** A connection ended, or another one could not be opened. */
const LOST = /^RMA_HOST_(LOST|UNREACHABLE)$/;

const runs = beforeTests(async (atEnd) => {
  const store = `${tempFolder(atEnd)}/models`;
  const hosts = await startHosts(
    { h1: {}, h2: {}, h3: {}, h4: {}, h5: {}, h6: {}, h7: {}, h8: { gpus: { shape: '1x24' } }, h9: {} },
    atEnd,
  );
  const { h1, h2, h3, h4, h5, h6, h7, h8, h9 } = hosts;
  const onDirectory = withSettings(h5, `bind: ${h5.ip}`, `volumes: { store: "host:${store}" }`);
  const project = await openProject(
    atEnd,
    [h1, h2, h3, h4, onDirectory, h6, h7, h8, h9],
    'profiles: [cpu-worker, small]',
    'placement: { cpu-worker: { replicas: all, hosts: [h1, h2, h3, h4, h5, h6, h7, h9] }, small: { hosts: [h8] } }',
  );
  writeProfile(project, 'small', { context: 1024, needs: ['min_gpu_memory: 4GB'] });
  const power = powerLoss(atEnd);
  power.atCommand('h2', 'set -C*compose.yaml');
  power.atCommand('h3', 'set -C*/secrets/');
  power.atRequest('h4', '"Name":"rma-models"');
  power.atCommand('h5', `chmod -- *${store}`);
  power.atCommand('h6', 'docker compose * up ');
  power.atCommand('h8', 'docker exec * nvidia-smi -L');
  // its worker cannot register, so that it is not ready before the loss
  await h9.sh('iptables --table raw --insert PREROUTING --protocol tcp --dport 7700 --jump DROP');
  const stall = project.hub.faults.add({ kind: 'stall', offset: 1 << 20, path: '*.gguf', port: 'cdn' });

  const running = startRma(
    { ...project, env: { ...project.env, PATH: power.path } },
    'up',
    '--progress',
    'json',
  );
  await running.line(/"worker":"h7-fleet-cpu-worker".*"state":"downloading"/);
  await stall.reached(1);
  await h7.kill();
  stall.remove();
  await running.line(/"worker":"h9-fleet-cpu-worker".*"state":"registering"/);
  await h9.kill();
  const first = faultsOf(resultOf(await running.ended, running));
  const sentBefore = project.filesSentTo(h7);
  await Promise.all(Object.keys(LOSSES).map((name) => hosts[name as keyof typeof LOSSES].start()));
  const second = faultsOf(await project.json<UpOverHosts>('up'));
  const { operations } = await project.json<UpOverHosts>('up');
  const files = Object.fromEntries(
    Object.values(hosts).map((host) => [host.name, project.filesSentTo(host)]),
  );
  return { power, first, second, operations, files, sentBefore };
});

function resultOf(code: number | null, { lines }: RunningRma): UpOverHosts {
  const last = lines.findLast((line) => line.startsWith('{"type":"result"'));
  if (code !== 8 || last === undefined) throw new Error(`rma up ended with ${code}:\n${lines.join('\n')}`);
  return (JSON.parse(last) as { readonly result: UpOverHosts }).result;
}

function faultsOf({ hosts }: UpOverHosts): Readonly<Record<string, string | null>> {
  return Object.fromEntries(hosts.map(({ host, error }) => [host, error?.code ?? null]));
}

describe('a host that loses its power at an operation of up is completed by the next up, and no byte comes twice', () => {
  test.each(Object.entries(LOSSES))('%s: %s', (name, operation) => {
    const host = name as keyof typeof LOSSES;
    const { power, first, second, files, sentBefore } = runs;
    const byLine = operation === 'fetch-model' || operation === 'wait-until-ready';
    expect(power.struck(host)).toBe(!byLine);
    expect({ first: first[host], second: second[host] }).toEqual({
      first: expect.stringMatching(LOST),
      second: null,
    });
    // what was on its way when the power failed
    const again = operation === 'fetch-model' ? sentBefore : 0;
    expect(files[host]).toBeGreaterThanOrEqual(1);
    expect(files[host]).toBeLessThanOrEqual(1 + again);
  });

  test('the host that keeps its power is not affected, and then nothing is left to do', () => {
    const { first, second, operations, files } = runs;
    expect({ first: first['h1'], second: second['h1'], files: files['h1'] }).toEqual({
      first: null,
      second: null,
      files: 1,
    });
    expect(operations).toEqual([]);
  });
});
