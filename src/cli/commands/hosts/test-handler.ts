import type { HostResult } from '../../../app/hosts/project-host.ts';
import { type HostCheck, testHosts } from '../../../app/hosts/test-hosts.ts';
import { EXIT, toErrorDocument } from '../../../core/errors.ts';
import { selectHosts } from '../../../core/hosts/select-hosts.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { commonExitCode } from '../../hosts/join-results.ts';
import type { Theme } from '../../render/theme.ts';

type Result = HostResult<readonly HostCheck[]>;

export async function checkMachines(_input: unknown, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const names = (await context.selectedHosts()) ?? selectHosts(config.hosts, []);
  const results = await testHosts(await context.invocation(), { config, names, open: context.projectHost });
  return {
    json: { schema: 'rma.hosts-test/v1', hosts: results.map(hostDocument) },
    human: (theme) => results.map((result) => hostText(result, theme)).join('\n\n'),
    ids: names,
    exitCode: commonExitCode(results.map(exitCodeOf)),
  };
}

function hostDocument(result: Result): Readonly<Record<string, unknown>> {
  const { host } = result;
  return result.ok ? { host, checks: result.value } : { host, error: toErrorDocument(result.error) };
}

function exitCodeOf(result: Result): number {
  if (!result.ok) return result.error.exitCode;
  return result.value.some(({ state }) => state === 'failed') ? EXIT.notReady : EXIT.ok;
}

function hostText(result: Result, theme: Theme): string {
  const checks: readonly HostCheck[] = result.ok
    ? result.value
    : [{ check: 'ssh', state: 'failed', text: result.error.message, hint: result.error.hint ?? '' }];
  return [theme.bold(result.host), ...checks.map((check) => checkText(check, theme))].join('\n');
}

function checkText(
  { check, state, text, hint = '' }: HostCheck,
  { symbols, green, yellow, red }: Theme,
): string {
  const marks = { ok: green(symbols.ok), warning: yellow(symbols.warn), failed: red(symbols.fail) };
  const line = `  ${marks[state]} ${check.padEnd('network'.length)}  ${text}`;
  return hint === '' ? line : `${line}\n      hint: ${hint}`;
}
