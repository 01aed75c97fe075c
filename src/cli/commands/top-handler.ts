import { type HostUse, hostUse } from '../../app/host-use.ts';
import { onHosts } from '../../app/hosts/project-host.ts';
import { type HostView, watchHosts } from '../../app/hosts/watch-hosts.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { joinResults } from '../hosts/join-results.ts';
import { hostContext } from '../hosts/on-each-host.ts';
import { faultLines, renderTop, useDocument } from '../render/top.ts';

interface TopInput {
  readonly once: boolean;
}

const INTERVAL_MS = 2_000;
const RETRY_MS = 30_000;
/** A live view shows faults in its rows. */
const SILENT: Reporter = { emit: () => undefined };

/** Shows what hosts and services use: live on a terminal, else once. @throws RmaError RMA_DOCKER_*, RMA_HOST_*, RMA_CONFIG_* */
export async function showTop({ once }: TopInput, context: Context): Promise<CommandResult> {
  const { json, quiet } = context.globals;
  const isLive = context.isOutputTerminal && context.env['TERM'] !== 'dumb' && !once && !json && !quiet;
  return isLive ? watchUse(context) : printUse(context);
}

async function printUse(context: Context): Promise<CommandResult> {
  const names = await context.selectedHosts();
  if (names === null) return resultOf(await useOf(context), (await context.host()).name);
  const results = await onHosts(names, async (name) => useOf(await hostContext(context, name)), names.length);
  const views = results.map((result) => ({ host: result.host, result, waitedMs: 0 }));
  const joined = joinResults(
    results.map((each) => (each.ok ? { ...each, value: resultOf(each.value, each.host) } : each)),
  );
  return { ...joined, human: (theme) => renderTop(views, { namesHosts: true }, theme) };
}

function resultOf(use: HostUse, host: string): CommandResult {
  const view: HostView<HostUse> = { host, result: { host, ok: true, value: use }, waitedMs: 0 };
  return {
    json: { schema: 'rma.top/v1', ...useDocument(use) },
    human: (theme) => renderTop([view], { namesHosts: false }, theme),
  };
}

async function watchUse(context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const { clock } = await context.invocation();
  const names = await context.selectedHosts();
  const quiet = { ...context, reporter: SILENT };
  context.follows();
  const screen = await context.openScreen();
  try {
    await watchHosts({
      names: names ?? [(await context.host()).name],
      poll: async (name) => useOf(names === null ? quiet : await connected(quiet, name)),
      show: (views) => {
        const title = `project ${config.project}  ${new Date(clock.now()).toTimeString().slice(0, 8)}  q: quit`;
        screen.show((theme) =>
          [
            `${theme.dim(title)}\n`,
            renderTop(views, { namesHosts: names !== null }, theme),
            ...faultLines(views, theme),
          ].join('\n'),
        );
      },
      intervalMs: INTERVAL_MS,
      retryMs: RETRY_MS,
      clock,
      signal: AbortSignal.any([context.signal, screen.quit]),
    });
  } finally {
    screen.close();
  }
  return { json: { schema: 'rma.top/v1' }, human: () => '' };
}

async function useOf(context: Context): Promise<HostUse> {
  const [{ config }, invocation, host] = await Promise.all([
    context.config(),
    context.invocation(),
    context.host(),
  ]);
  return hostUse(host, { ...invocation, reporter: context.reporter }, config.project);
}

/** Connects again to a host that was not reachable before. */
async function connected(context: Context, name: string): Promise<Context> {
  await context.forgetHost(name);
  return hostContext(context, name);
}
