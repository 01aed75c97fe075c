import { resolve } from 'node:path';
import {
  compareCompose,
  type RenderHost,
  type RenderRequest,
  renderFile,
  writeStack,
} from '../../../app/compose-render.ts';
import { EXIT } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { onOneHost } from '../../hosts/on-each-host.ts';

interface RenderOptions {
  readonly output: string | null;
  readonly check: boolean;
  readonly refresh: boolean;
}

export async function renderCompose(input: RenderOptions, context: Context): Promise<CommandResult> {
  const { config, selectedProfiles } = await context.config();
  const profiles = selectedProfiles ?? [];
  const { refresh } = input;
  const hosts = await context.selectedHosts();
  return onOneHost(context, async (own) => {
    const host = await own.host();
    const invocation = await own.invocation();
    if (hosts === null) return renderOn(input, own, { host, request: { config, profiles, refresh } });
    const { hostRequest } = await import('../../../app/host-request.ts');
    const open = context.projectHost;
    const withSecrets = input.output !== null;
    const options = { config, profiles, refresh, open, name: host.name, withSecrets };
    return renderOn(input, own, await hostRequest(invocation, options));
  });
}

interface Rendered {
  readonly host: RenderHost;
  readonly request: RenderRequest;
}

async function renderOn(
  input: RenderOptions,
  context: Context,
  { host, request }: Rendered,
): Promise<CommandResult> {
  const invocation = await context.invocation();
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
