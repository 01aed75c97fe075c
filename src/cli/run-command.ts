import { EXIT, type ExitCode, RmaError, toErrorDocument } from '../core/errors.ts';
import type { RmaEvent } from '../core/events.ts';
import { type Context, createContext, type HelpPages } from './context/context.ts';
import type { CommandResult, CommandTable, JsonDocument } from './define-command.ts';
import { renderHelp } from './help/render-help.ts';
import type { ProcessIo } from './process-io.ts';
import type { Invocation } from './program.ts';
import { withHosts, withProject } from './render/command-line.ts';
import { errorDocument, renderError } from './render/error.ts';
import { formatResult } from './render/format-result.ts';
import { errorOnStore, hintOnStore, type StoreOptions } from './render/on-store.ts';
import { createTheme } from './render/theme.ts';
import type { CliReporter } from './reporters/cli-reporter.ts';
import { selectReporter } from './reporters/select-reporter.ts';

type CommandInvocation = Extract<Invocation, { kind: 'command' }>;

/** Runs one command: context, progress, result or error, exit code. The only place that prints the output of commands. */
export async function runCommand(
  io: ProcessIo,
  invocation: CommandInvocation,
  table: CommandTable,
): Promise<number> {
  const { globals, settings, dest, acceptsDest } = invocation;
  const errTheme = createTheme(io.stderr, io.env, { color: globals.color });
  const store = { dest, acceptsDest, project: globals };
  const reporter = new WarningCollector(await selectReporter(io, globals, errTheme), store);
  const context = createContext({ io, globals, settings, reporter, help: helpPages(table) });
  try {
    const result = await runOnHosts(invocation, context);
    return await succeed({ io, globals, reporter }, result);
  } catch (thrown) {
    const error = errorOnStore(endedBySignal(io.signal, thrown), store);
    const { exitCode } = toErrorDocument(error);
    const document = reporter.addTo(errorDocument(error, globals.debug));
    reporter.inner.close({ exitCode, document });
    const asJson = globals.json || globals.format === 'json';
    const text = asJson ? `${JSON.stringify(document)}\n` : renderError(error, errTheme, globals.debug);
    io.stderr.write(text);
    io.onError?.();
    return exitCode;
  } finally {
    await context.close();
  }
}

/** Runs the command here, or on the hosts that rma.yaml names. */
async function runOnHosts({ hosts, run }: CommandInvocation, context: Context): Promise<CommandResult> {
  if (hosts === null && context.globals.host.length > 0) throw noHosts();
  if (hosts === null || hosts === 'own') return run(context);
  const { onEachHost, onOneHost } = await import('./hosts/on-each-host.ts');
  return hosts === 'each' ? onEachHost(context, run) : onOneHost(context, run);
}

function noHosts(): RmaError {
  return new RmaError('RMA_USAGE_INVALID', 'this command does not act on hosts: --host has no effect', {
    exitCode: EXIT.usage,
    hint: 'omit --host',
  });
}

interface Output {
  readonly io: ProcessIo;
  readonly globals: CommandInvocation['globals'];
  readonly reporter: WarningCollector;
}

async function succeed({ io, globals, reporter }: Output, result: CommandResult): Promise<number> {
  const exitCode = signalExit(io.signal) ?? result.exitCode ?? EXIT.ok;
  const document = reporter.addTo(result.json);
  const noTrunc = globals.noTrunc || globals.format === 'wide';
  const outTheme = createTheme(io.stdout, io.env, { color: globals.color, noTrunc });
  const text = await formatResult({ ...result, json: document }, globals, outTheme);
  reporter.inner.close({ exitCode, document });
  if (globals.progress !== 'json') io.stdout.write(text);
  const errTheme = createTheme(io.stderr, io.env, { color: globals.color });
  // with --json they are part of the document
  const shown = globals.json || globals.format === 'json' ? [] : (result.failures ?? []);
  for (const error of shown) io.stderr.write(renderError(error, errTheme, globals.debug));
  const silent = globals.quiet || globals.json || globals.format === 'json' || globals.progress === 'json';
  if (result.next !== undefined && !silent) {
    io.stderr.write(`next: ${withProject(withHosts(result.next, globals.host), globals)}\n`);
  }
  return exitCode;
}

function helpPages(table: CommandTable): HelpPages {
  const paths = [...table.commands.map(({ path }) => path), ...Object.keys(table.nouns)];
  return { paths, render: (path) => renderHelp(path, table) };
}

/** Collects warnings for the JSON document; the commands in their hints are for the store of this command. */
class WarningCollector {
  readonly inner: CliReporter;
  private readonly store: StoreOptions;
  private readonly warnings: Omit<Extract<RmaEvent, { type: 'warning' }>, 'type'>[] = [];

  constructor(inner: CliReporter, store: StoreOptions) {
    this.inner = inner;
    this.store = store;
  }

  emit(event: RmaEvent): void {
    const complete = this.complete(event);
    if (complete.type === 'warning') {
      const { type: _, ...warning } = complete;
      this.warnings.push(warning);
    }
    this.inner.emit(complete);
  }

  private complete(event: RmaEvent): RmaEvent {
    if (event.type !== 'warning' || event.hint === undefined) return event;
    return { ...event, hint: hintOnStore(event.hint, this.store) };
  }

  addTo(document: JsonDocument): JsonDocument {
    return this.warnings.length === 0 ? document : { ...document, warnings: this.warnings };
  }
}

/** Returns the error to report after a signal: that of the signal, unless the command threw one with the same exit code. */
function endedBySignal(signal: AbortSignal, error: unknown): unknown {
  const code = signalExit(signal);
  if (code === null) return error;
  return error instanceof RmaError && error.exitCode === code ? error : signal.reason;
}

function signalExit(signal: AbortSignal): ExitCode | null {
  return signal.aborted && signal.reason instanceof RmaError ? signal.reason.exitCode : null;
}
