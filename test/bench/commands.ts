import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHub } from '../hub/hub.ts';
import { quickstartRepos } from '../hub/quickstart-repos.ts';
import { type Contestant, type Measured, measure, printComparison } from './contest.ts';

/** A build of rma with its own running stack. */
interface Revision {
  readonly name: string;
  /** path of its `main.js` */
  readonly program: string;
  readonly project: string;
  /** directory of its rma.yaml */
  readonly directory: string;
}

const RUNS = 15;
const COMMANDS = ['--version', '--help', 'plan', 'up'];
/** Two revisions have two stacks at once, each with ports of its own. */
const FIRST_PORT = 21_700;

/** Compares the start-up, `plan` and an idle `up` of two builds of rma on the Docker Engine of this shell. */
export async function compareCommands(base: string, head: string): Promise<void> {
  const hub = await startHub({ repos: quickstartRepos(), hosts: ['127.0.0.1'] });
  const env = { ...process.env, HF_ENDPOINT: hub.endpoint, HF_TOKEN: '', HF_TOKEN_PATH: '' };
  const revisions = [revision('base', base, FIRST_PORT), revision('this checkout', head, FIRST_PORT + 10)];
  try {
    for (const each of revisions) await measure(contestant(each, 'up', env));
    for (const command of COMMANDS) await compare(command, revisions, env);
  } finally {
    for (const each of revisions) await takeDown(each, env);
    await hub.close();
  }
}

async function compare(
  command: string,
  revisions: readonly Revision[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const results = new Map<string, Measured[]>(revisions.map(({ name }) => [name, []]));
  for (let round = 0; round < RUNS; round++) {
    for (const each of round % 2 === 0 ? revisions : revisions.toReversed()) {
      results.get(each.name)?.push(await measure(contestant(each, command, env)));
    }
  }
  const title = command === 'up' ? 'rma up, nothing to do' : `rma ${command}`;
  printComparison({ title: `${title}, ${RUNS} runs`, bytes: null, results });
}

function revision(name: string, program: string, port: number): Revision {
  const project = `rma-bench-${randomUUID().slice(0, 8)}`;
  const directory = mkdtempSync(join(tmpdir(), 'rma-bench-'));
  writeFileSync(
    join(directory, 'rma.yaml'),
    `project: ${project}
profiles: [cpu-worker]
volumes: { store: "named:${project}-models", cache: "named:${project}-cache" }
coordinator: { port: ${port} }
ports: { cpu-worker-llamacpp: ${port + 1} }
`,
  );
  return { name, program, project, directory };
}

function contestant(
  { name, program, directory }: Revision,
  command: string,
  env: NodeJS.ProcessEnv,
): Contestant {
  return { name, argv: [process.execPath, program, '--dir', directory, command, '--quiet'], env };
}

async function takeDown(each: Revision, env: NodeJS.ProcessEnv): Promise<void> {
  await measure(contestant(each, 'down', env));
  const volumes = [`${each.project}-models`, `${each.project}-cache`];
  await measure({ name: 'docker', argv: ['docker', 'volume', 'rm', '--force', ...volumes], env });
  rmSync(each.directory, { recursive: true });
}
