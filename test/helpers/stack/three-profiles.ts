import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MODEL, type Stack, type StackOptions, startStack } from './stack.ts';

/**
 * Three profiles on the CPU, none of them in `rma.yaml`: `a` and `b` run an engine each, and `c` runs the same engine as
 * `a` beside one of its own.
 */
export const ENGINES = {
  a: ['one'],
  b: ['two'],
  c: ['one', 'three'],
} as const;

const FLAGS = { one: '1', two: '2', three: '3' } as const;

/** A stack whose project has the three profiles and runs none of them yet. */
export async function startThreeProfiles(options: StackOptions = {}): Promise<Stack> {
  const stack = await startStack(options);
  const { dir, project, volume, ports } = stack;
  await mkdir(join(dir, 'profiles'));
  for (const [name, engines] of Object.entries(ENGINES)) {
    const services = engines.map(
      (engine) =>
        `  - { engine: llamacpp, models: [${MODEL}], flags: [--threads, "${FLAGS[engine]}"], gpus: 0 }\n`,
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
