import { oneAtATime } from '../../app/execute/one-at-a-time.ts';
import { hostReporter } from '../../app/hosts/host-reporter.ts';
import { onHosts } from '../../app/hosts/project-host.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { errorOnHost } from '../../core/hosts/host-error.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';

import { joinResults } from './join-results.ts';

/** Runs a command on every selected host, and joins the results; once, on this machine, for a project without named hosts. */
export async function onEachHost(
  context: Context,
  run: (context: Context, name: string) => Promise<CommandResult>,
): Promise<CommandResult> {
  const names = await context.selectedHosts();
  if (names === null) return run(context, (await context.host()).name);
  const inTurn = oneAtATime();
  return joinResults(
    // a command may follow something on all of them until it is stopped
    await onHosts(names, async (name) => run(await hostContext(context, name, inTurn), name), names.length),
  );
}

/** Runs a command on the selected host. @throws RmaError RMA_HOST_CHOOSE (2) if several are selected */
export async function onOneHost(
  context: Context,
  run: (context: Context) => Promise<CommandResult>,
): Promise<CommandResult> {
  const names = await context.selectedHosts();
  if (names === null) return run(context);
  const [name, ...others] = names;
  if (name === undefined || others.length > 0) throw chooseHost(names);
  return run(await hostContext(context, name)).catch((error: unknown) => {
    throw error instanceof RmaError ? errorOnHost(error, name) : error;
  });
}

/** Returns the context of one host. Prompts of several hosts follow each other, with the name of the host. */
export async function hostContext(
  context: Context,
  name: string,
  inTurn: <T>(work: () => Promise<T>) => Promise<T> = oneAtATime(),
): Promise<Context> {
  const [own, loaded, invocation] = await Promise.all([
    context.projectHost(name),
    context.config(),
    context.invocation(),
  ]);
  const reporter = hostReporter(context.reporter, name);
  return {
    ...context,
    reporter,
    host: async () => own.host,
    config: async () => ({ ...loaded, config: own.config }),
    invocation: async () => ({ ...invocation, reporter }),
    confirm: async (question) => inTurn(async () => context.confirm(`${name}: ${question}`)),
    confirmName: async (question, word, force) =>
      inTurn(async () => context.confirmName(`${name}: ${question}`, word, force)),
    offer: async (question) => inTurn(async () => context.offer(`${name}: ${question}`)),
  };
}

function chooseHost(names: readonly string[]): RmaError {
  return new RmaError('RMA_HOST_CHOOSE', `this command runs on one host, and ${names.length} are selected`, {
    exitCode: EXIT.usage,
    hint: `choose one: --host ${names[0] ?? 'NAME'} (hosts: ${names.join(', ')})`,
  });
}
