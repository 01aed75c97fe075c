import { resolve } from 'node:path';
import { compareCompose, renderFile, writeStack } from '../../../app/compose-render.ts';
import { EXIT } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

interface RenderOptions {
  readonly output: string | null;
  readonly check: boolean;
  readonly refresh: boolean;
}

export async function renderCompose(input: RenderOptions, context: Context): Promise<CommandResult> {
  const { config, selectedProfiles } = await context.config();
  const host = await context.host();
  const invocation = await context.invocation();
  const request = { config, profiles: selectedProfiles ?? [], refresh: input.refresh };
  if (input.output !== null) {
    const folder = resolve(context.cwd, input.output);
    const file = await writeStack(host, invocation, { ...request, directory: folder });
    return {
      json: { schema: 'rma.compose/v1', file },
      human: () => `Wrote ${file}`,
      next: shell`docker compose -f ${file} up -d`,
    };
  }
  if (input.check) {
    const { file, same } = await compareCompose(host, invocation, request);
    return {
      json: { schema: 'rma.compose-check/v1', file, same },
      human: () => (same ? `${file} is up to date.` : `${file} is out of date.`),
      exitCode: same ? EXIT.ok : EXIT.changesPending,
      ...(!same && { next: 'rma plan' }),
    };
  }
  const compose = await renderFile(host, invocation, request);
  return { json: { schema: 'rma.compose/v1', compose }, human: () => compose.trimEnd() };
}
