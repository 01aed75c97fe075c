import { nonEmptyListArgument } from '../../../src/cli/argument.ts';
import { COMMAND_TABLE } from '../../../src/cli/commands.ts';
import type { Context } from '../../../src/cli/context/context.ts';
import { type CommandResult, type CommandTable, defineCommand } from '../../../src/cli/define-command.ts';
import { flagOption, parsedOption } from '../../../src/cli/option.ts';
import { parseDuration } from '../../../src/core/units.ts';

interface ProbeInput {
  readonly word: readonly string[];
  readonly dryRun: boolean;
  readonly wait: number | null;
}

type ProbeHandler = (input: ProbeInput, context: Context) => Promise<CommandResult>;

/** All commands of rma plus `probe run` with the handler of the test. */
export function withProbe(handler: ProbeHandler): CommandTable {
  const probe = defineCommand({
    path: 'probe run',
    group: 'Workers',
    summary: 'Probe the frame',
    examples: [{ command: 'rma probe run x', does: 'probes' }],
    arguments: { word: nonEmptyListArgument('words') },
    options: {
      dryRun: flagOption('--dry-run', 'change nothing'),
      wait: parsedOption('--wait <TIME>', 'how long', {
        parse: parseDuration,
        expected: 'a time such as 30s',
        fallback: null,
      }),
    },
    settings: true,
    list: true,
    load: async () => handler,
  });
  return { commands: [...COMMAND_TABLE.commands, probe], nouns: { ...COMMAND_TABLE.nouns, probe: 'Probes' } };
}

/** A result with a short list. */
export const listResult: CommandResult = {
  json: { schema: 'rma.probe/v1', items: [{ name: 'a', bytes: 1 }] },
  human: ({ bold }) => bold('human'),
  ids: ['a'],
  items: [{ name: 'a', bytes: 1, engine: { port: 8080 } }],
  next: 'rma probe again',
};
