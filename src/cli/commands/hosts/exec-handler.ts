import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

/** Runs a command on one machine. Returns its exit code; with `--json`, the output is part of the document. */
export async function runOnMachine(
  { command }: { readonly command: readonly string[] },
  context: Context,
): Promise<CommandResult> {
  const [program = '', ...args] = command[0] === '--' ? command.slice(1) : command;
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
