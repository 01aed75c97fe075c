import { CanceledError, RmaError, toErrorDocument } from '../../core/errors.ts';
import { redact } from '../../core/redact.ts';
import type { JsonDocument } from '../define-command.ts';
import { printable } from './printable.ts';
import type { Theme } from './theme.ts';

/** Renders an error as text: message, hint and code; the stack only with `debug`. A declined confirmation is no fault. */
export function renderError(error: unknown, theme: Theme, debug: boolean): string {
  if (error instanceof CanceledError) return 'Canceled.\n';
  const { code, message, hint } = toErrorDocument(error);
  const [first = '', ...rest] = message.split('\n').map(printable);
  const lines = [`${theme.red(theme.bold('error:'))} ${first}`, ...rest.map((line) => `  ${line}`)];
  lines.push(...otherMessages(error).map((text) => `  ${printable(text)}`));
  if (hint !== undefined) lines.push(`  ${theme.bold('hint:')} ${printable(hint)}`);
  lines.push(theme.dim(`  code: ${code}`));
  if (debug) lines.push(...stackLines(error));
  return `${lines.join('\n')}\n`;
}

/** Returns the messages of the other hosts, if a command failed on all of them. */
function otherMessages(error: unknown): readonly string[] {
  const { host, also } = error instanceof RmaError ? (error.details ?? {}) : {};
  return host !== undefined && Array.isArray(also) ? also.map((message) => redact(String(message))) : [];
}

/** Returns an error as a document for `--json`. */
export function errorDocument(error: unknown, debug: boolean): JsonDocument {
  const details =
    error instanceof RmaError && error.details !== undefined ? { details: clean(error.details) } : {};
  const stack = debug ? { stack: stackLines(error) } : {};
  return { schema: 'rma.error/v1', error: { ...toErrorDocument(error), ...details, ...stack } };
}

function stackLines(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const own = redact(error.stack ?? '').split('\n');
  return error.cause === undefined ? own : [...own, 'caused by:', ...stackLines(error.cause)];
}

/** Redacts every text in a value. */
function clean(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(item)]));
}
