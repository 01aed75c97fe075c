import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROFILE_ENGINES } from './run-model.ts';
import { MODEL, type Stack, type StackOptions, startStack } from './stack.ts';

/** The engines differ in their number of threads. */
const THREADS = { one: '1', two: '2', three: '3' } as const;

/** Creates a stack with the three profiles of the run model on the CPU, none of them in `rma.yaml`. */
export async function startThreeProfiles(options: StackOptions = {}): Promise<Stack> {
  const stack = await startStack(options);
  const { dir, project, volume, ports } = stack;
  await mkdir(join(dir, 'profiles'));
  for (const [name, engines] of Object.entries(PROFILE_ENGINES)) {
    const services = engines.map(
      (engine) =>
        `  - { engine: llamacpp, models: [${MODEL}], flags: [--threads, "${THREADS[engine]}"], gpus: 0 }\n`,
    );
    await writeFile(
      join(dir, 'profiles', `${name}.yaml`),
      `description: Test\nservices:\n${services.join('')}`,
    );
  }
  await writeFile(
    join(dir, 'rma.yaml'),
    `project: ${project}\nvolumes: { store: "named:${volume}", cache: "named:${project}-cache" }\ncoordinator: { port: ${ports.coordinator} }\n`,
  );
  return stack;
}

/** What is running of such a stack, according to Docker. */
export interface RunningParts {
  /** states of all containers, without duplicates */
  readonly states: readonly string[];
  readonly coordinators: number;
  /** profiles, sorted */
  readonly workers: readonly string[];
  /** engines by the names of the run model, sorted */
  readonly engines: readonly string[];
  /** service of each engine by the name of the run model */
  readonly services: Readonly<Record<string, string>>;
}

export async function runningParts({ docker, project }: Stack): Promise<RunningParts> {
  const format = '{{.Label "rma.service"}}|{{.Label "rma.profile"}}|{{.State}}|{{.Command}}';
  const filter = `label=rma.project=${project}`;
  const lines = await docker('ps', '--all', '--no-trunc', '--filter', filter, '--format', format);
  const rows = lines.split('\n').flatMap((line) => {
    const [service, profile, state, command] = line.split('|');
    return service === undefined || service === '' ? [] : [{ service, profile, state, command }];
  });
  const isWorker = ({ service, profile }: (typeof rows)[number]) => service === `${profile}-worker`;
  const services = Object.fromEntries(
    rows.flatMap((row) => {
      const threads = /--threads (\d)/.exec(row.command ?? '')?.[1];
      const engine = Object.entries(THREADS).find(([, count]) => count === threads)?.[0];
      return engine === undefined ? [] : [[engine, row.service] as const];
    }),
  );
  return {
    states: [...new Set(rows.map(({ state = '' }) => state))],
    coordinators: rows.filter(({ service }) => service === 'coordinator').length,
    workers: rows
      .filter(isWorker)
      .map(({ profile = '' }) => profile)
      .sort(),
    engines: Object.keys(services).sort(),
    services,
  };
}
