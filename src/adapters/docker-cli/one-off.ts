import type { OneOff } from '../../ports/docker-cli.ts';

/** Returns the `docker run` command of a one-off container: no capabilities, no name, removed when it exits. */
export function oneOffArguments(run: Omit<OneOff, 'stdin'>): [string, ...string[]] {
  const flags = ['--rm', '--interactive', '--pull', 'never', '--user', run.user];
  flags.push('--cap-drop', 'ALL', '--security-opt', 'no-new-privileges:true');
  // the engine would keep all of it in a log file
  if (run.readStdout !== undefined) flags.push('--log-driver', 'none');
  if (run.workdir !== undefined) flags.push('--workdir', run.workdir);
  if (!run.network) flags.push('--network', 'none');
  for (const port of run.publish ?? []) flags.push('--publish', port);
  for (const mount of run.mounts) flags.push('--mount', mount);
  for (const [name, value] of Object.entries(run.env)) flags.push('--env', `${name}=${value}`);
  for (const host of run.extraHosts) flags.push('--add-host', host);
  for (const [name, value] of Object.entries(run.labels)) flags.push('--label', `${name}=${value}`);
  return ['docker', 'run', ...flags, run.image, ...run.argv];
}
