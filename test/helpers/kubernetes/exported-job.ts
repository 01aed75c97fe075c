import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { type Hub, type HubOptions, startHub } from '../../hub/hub.ts';
import { runRma } from '../cli/run-rma.ts';
import { tempFolder } from '../files/temp-folder.ts';
import { bundleEntry } from '../process/bundle-entry.ts';
import { type ProcessResult, runProcess } from '../process/run-process.ts';
import type { Plain } from './manifest-faults.ts';

/** An export whose Job runs as a process here, with a directory as the volume. */
export interface ExportedJob {
  readonly hub: Hub;
  /** the volume, as the Job mounts it */
  readonly volume: string;
  /** Exports the project. Returns the objects. */
  readonly export: (...args: readonly string[]) => Promise<readonly Plain[]>;
  /** Runs the container of the Job of an export. */
  readonly run: (objects: readonly Plain[], env?: Readonly<Record<string, string>>) => Promise<ProcessResult>;
}

export interface JobOptions extends HubOptions {
  /** of the export */
  readonly env?: Readonly<Record<string, string>>;
}

/** Registers the hooks that bundle the worker. Returns what starts a hub, for a project with one profile. */
export function exportedJobs(): (profile: string, options: JobOptions) => Promise<ExportedJob> {
  let bundle = '';
  let worker = '';
  beforeAll(async () => {
    bundle = mkdtempSync(join(tmpdir(), 'rma-job-'));
    worker = await bundleEntry('worker', bundle);
  });
  afterAll(() => rmSync(bundle, { recursive: true }));
  return async (profile, { env = {}, ...hubOptions }) => {
    const hub = await startHub(hubOptions);
    onTestFinished(() => hub.close());
    const [dir, volume] = [tempFolder(), tempFolder()];
    const endpoints = { HF_ENDPOINT: hub.endpoint, MODELSCOPE_ENDPOINT: hub.endpoint };
    writeFileSync(join(dir, 'rma.yaml'), `project: demo\nprofiles: [${profile}]\n`);
    return {
      hub,
      volume,
      export: async (...args) => {
        const options = { cwd: dir, env: { HOME: dir, ...endpoints, ...env } };
        const { exitCode, stdout, stderr } = await runRma(
          ['export', 'kubernetes', '--json', ...args],
          options,
        );
        expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
        return JSON.parse(stdout).manifests;
      },
      run: (objects, over = {}) => runJob(objects, { worker, volume, env: { ...endpoints, ...over } }),
    };
  };
}

interface Machine {
  /** the bundled program of the image */
  readonly worker: string;
  readonly volume: string;
  readonly env: Readonly<Record<string, string>>;
}

async function runJob(objects: readonly Plain[], { worker, volume, env }: Machine): Promise<ProcessResult> {
  const { containers, volumes } = find(objects, 'Job').spec.template.spec;
  const [{ command, env: variables, volumeMounts }] = containers;
  const mounted = (name: string) => volumeMounts.find((each: Plain) => each.name === name).mountPath;
  const configs = tempFolder();
  const { sources } = volumes.find(({ name }: Plain) => name === 'config').projected;
  for (const { configMap } of sources) {
    const { data } = find(objects, 'ConfigMap', configMap.name);
    for (const { key, path } of configMap.items) writeFileSync(join(configs, path), data[key]);
  }
  const inside = (text: string) =>
    text.replace(mounted('config'), configs).replace(mounted('model-storage'), volume);
  const own = variables.map(({ name, value }: Plain): [string, string] => [name, inside(value)]);
  const [program, ...args] = command;
  expect(program).toBe('rma-worker');
  return runProcess(process.execPath, [worker, ...args.map(inside)], { ...Object.fromEntries(own), ...env });
}

function find(objects: readonly Plain[], kind: string, name?: string): Plain {
  return objects.find((each) => each.kind === kind && (name === undefined || each.metadata.name === name));
}
