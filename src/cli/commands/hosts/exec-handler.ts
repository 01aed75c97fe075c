import { EXIT, RmaError } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

const SHELL_SYNTAX = /[\s;|&<>$]/;

/** Runs a command on one machine. Returns its exit code; with `--json`, the output is part of the document. @throws RmaError RMA_USAGE_INVALID (2) */
export async function runOnMachine(
  { command }: { readonly command: readonly string[] },
  context: Context,
): Promise<CommandResult> {
  const [program = '', ...args] = command[0] === '--' ? command.slice(1) : command;
  if (args.length === 0 && SHELL_SYNTAX.test(program)) {
    throw new RmaError('RMA_USAGE_INVALID', `"${program}" is a shell command line, not a program`, {
      exitCode: EXIT.usage,
      hint: `run it with a shell: ${shell`rma hosts exec -- sh -c ${program}`}`,
    });
  }
  const { name, commands } = await context.host();
  const { signal } = context;
  const schema = 'rma.hosts-exec/v1';
  if (context.globals.json) {
    const { exitCode, stdout, stderr } = await commands.run({ argv: [program, ...args], signal });
    return { json: { schema, exitCode, stdout, stderr }, human: () => '', exitCode };
  }
  const onLine = (line: string): void => context.print(`${name}  ${line}`);
  const { exitCode } = await commands.run({
    argv: [program, ...args],
    signal,
    onStdout: onLine,
    onStderr: onLine,
  });
  return { json: { schema, exitCode }, human: () => '', exitCode };
}
