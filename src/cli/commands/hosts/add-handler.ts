import { hasHosts, withHost } from '../../../core/config/edit-hosts.ts';
import { HOSTS_SETTING } from '../../../core/config/host-schema.ts';
import type { HostConfig } from '../../../core/domain/config.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import { parseHostAddress } from '../../../core/ssh-address.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { hostsFile } from './hosts-file.ts';

const SYNTAX = 'rma hosts add NAME ssh://USER@HOST[:PORT] --bind ADDRESS --label KEY=VALUE';

interface AddInput {
  readonly name: string;
  readonly address: string | null;
  readonly bind: string | null;
  readonly label: readonly string[];
}

/** Writes a host to rma.yaml. @throws RmaError RMA_HOST_INVALID, RMA_HOST_EXISTS (2) */
export async function addHost(input: AddInput, context: Context): Promise<CommandResult> {
  const { name } = input;
  requireAddress(input);
  const host = hostOf(input);
  const { path, text, write } = await hostsFile(context);
  await write(withHost(text, { name, host }));
  const isFirst = !hasHosts(text) && host.address !== null;
  const note = isFirst
    ? '\nCommands now work on the hosts of rma.yaml. To add this machine too: rma hosts add here'
    : '';
  return {
    json: { schema: 'rma.hosts-add/v1', name, ...host, file: path },
    human: () => `Added ${name} to ${path}.${note}`,
    ids: [name],
    next: `rma hosts test --host ${name}`,
  };
}

/** The most frequent mistake: an address without `ssh://`. */
function requireAddress({ name, address }: AddInput): void {
  if (address === null || parseHostAddress(address) !== null) return;
  const url = `ssh://${address}`;
  throw new RmaError('RMA_HOST_INVALID', `not an address of a host: ${JSON.stringify(address)}`, {
    exitCode: EXIT.usage,
    hint: parseHostAddress(url) === null ? SYNTAX : shell`rma hosts add ${name} ${url}`,
  });
}

function hostOf({ name, address, bind, label }: AddInput): HostConfig {
  const labels = Object.fromEntries(
    label.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  const entry = {
    ...(address !== null && { address }),
    ...(bind !== null && { bind }),
    ...(label.length > 0 && { labels }),
  };
  const place = { base: '/', home: null, where: 'rma hosts add' };
  const parsed = HOSTS_SETTING.parse(`${name}=${JSON.stringify(entry)}`, place);
  if (!parsed.ok) throw invalid(parsed.expected);
  // the parser of a map returns the name and the value of its entry
  return (parsed.value as readonly [string, HostConfig])[1];
}

function invalid(expected: string): RmaError {
  return new RmaError('RMA_HOST_INVALID', `the host is not valid: rma.yaml expects ${expected}`, {
    exitCode: EXIT.usage,
    hint: SYNTAX,
  });
}
