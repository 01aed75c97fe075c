import { EXIT, RmaError } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import { nonEmptyListArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';

export const hostsExecCommand = defineCommand({
  path: 'hosts exec',
  group: 'Hosts',
  summary: 'Run a command on the hosts of the project',
  description:
    'Runs the command on each host, not in a container, with the name of the host in front of each line of its output. Without a shell: for pipes and variables use sh -c. Exit code 8 if it fails on some of them.',
  examples: [
    { command: 'rma hosts exec -- df -h /', does: 'show the free space of all hosts' },
    { command: 'rma hosts exec --host box1 -- sh -c "uptime; free -h"', does: 'run a script on one' },
  ],
  arguments: { command: { ...nonEmptyListArgument('the command and its arguments'), read: readCommand } },
  options: {},
  settings: false,
  list: false,
  passThrough: true,
  hosts: 'each',
  load: async () => (await import('./exec-handler.ts')).runOnMachine,
});

const SHELL_SYNTAX = /[\s;|&<>$]/;

/** Returns a program and its arguments. @throws RmaError RMA_USAGE_INVALID (2) for a command line in one word */
function readCommand(words: readonly string[]): readonly string[] {
  const [program = '', ...args] = words[0] === '--' ? words.slice(1) : words;
  if (args.length > 0 || !SHELL_SYNTAX.test(program)) return words;
  throw new RmaError('RMA_USAGE_INVALID', `"${program}" is a shell command line, not a program`, {
    exitCode: EXIT.usage,
    hint: `run it with a shell: ${shell`rma hosts exec -- sh -c ${program}`}`,
  });
}
