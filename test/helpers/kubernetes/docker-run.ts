import type { Plain } from './manifest-faults.ts';

/** Docker volumes in place of the volumes of a pod, by name; volumes without one are left out, as optional Secrets are. */
export type DockerVolumes = Readonly<Record<string, string>>;

/**
 * Returns the arguments of `docker run` for a container of a pod: its command, environment, user, mounts and restrictions. An
 * emptyDir is a tmpfs.
 */
export function dockerRun(pod: Plain, container: Plain, volumes: DockerVolumes): readonly string[] {
  const { runAsUser, fsGroup } = pod.securityContext;
  const { readOnlyRootFilesystem = false } = container.securityContext;
  const [program, ...words] = container.command ?? [];
  return [
    ...['run', '--rm', '--pull', 'never', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
    ...['--user', `${runAsUser}:${pod.securityContext.runAsGroup}`, '--group-add', String(fsGroup)],
    ...(readOnlyRootFilesystem ? ['--read-only'] : []),
    ...(container.env ?? []).flatMap(({ name, value }: Plain) => ['--env', `${name}=${value}`]),
    ...container.volumeMounts.flatMap((mount: Plain) => mountOptions(pod, mount, volumes)),
    ...(program === undefined ? [] : ['--entrypoint', program]),
    container.image,
    ...words,
    ...(container.args ?? []),
  ];
}

function mountOptions(
  { volumes: declared }: Plain,
  { name, mountPath, readOnly }: Plain,
  volumes: DockerVolumes,
): readonly string[] {
  const { emptyDir } = declared.find((each: Plain) => each.name === name);
  if (emptyDir !== undefined) return ['--tmpfs', `${mountPath}:mode=1777`];
  // Docker would copy the files of the image, with their owners, into an empty volume
  const volume = volumes[name];
  return volume === undefined ? [] : ['--volume', `${volume}:${mountPath}:nocopy${readOnly ? ',ro' : ''}`];
}
