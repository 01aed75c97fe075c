import { GROUP_MOUNT } from '../../core/domain/worker-config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { CoordinatorClient } from '../coordinator-client.ts';
import { openGroupDirectory } from './group-directory.ts';
import { createGroupMember, type GroupMember, type GroupParts } from './group-member.ts';

interface OpenGroup extends Omit<GroupParts, 'group' | 'directory' | 'client'> {
  readonly env: NodeJS.ProcessEnv;
  readonly client: CoordinatorClient | null;
}

/**
 * Returns this host's part of its group, null if its profile runs on one host alone. The directory that it shares with its
 * engine is that of the container, or RMA_GROUP_DIR.
 * @throws RmaError RMA_WORKER_CONFIG exit 2
 */
export function openGroup({ env, client, ...parts }: OpenGroup): GroupMember | null {
  const { group } = parts.config;
  if (group === undefined) return null;
  if (client === null) {
    throw new RmaError('RMA_WORKER_CONFIG', `the group ${group.name} has no coordinator`, {
      exitCode: EXIT.usage,
      hint: 'a model over several hosts needs the coordinator of the project; regenerate the configuration: rma up',
    });
  }
  const directory = openGroupDirectory(env['RMA_GROUP_DIR'] || GROUP_MOUNT);
  return createGroupMember({ ...parts, group, directory, client });
}
