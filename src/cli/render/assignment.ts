import type { ExplainedProfile } from '../../core/hosts/explain-assignment.ts';
import type { Theme } from './theme.ts';

/** Renders where each profile runs, and why not on the other hosts. */
export function assignmentText(profiles: readonly ExplainedProfile[], theme: Theme): string {
  const lines = profiles.flatMap(({ profile, hosts, rejected }) => [
    theme.bold(profile),
    ...hosts.map(({ host, why }) => `  + ${host}: ${why}`),
    ...rejected.map(({ host, why }) => `  - ${host}: ${why}`),
  ]);
  return [theme.bold('Hosts'), ...lines].join('\n');
}
