/** A container of a project and the engines it uses. */
export interface UsingContainer {
  readonly service: string;
  readonly profile: string | null;
  /** of a worker: the engine services it uses; null where the label is missing */
  readonly engines: readonly string[] | null;
}

/** Returns the workers that an engine serves, by their labels: the profile of an engine is only the first of them. */
export function usersOf<C extends UsingContainer>(engine: string, containers: readonly C[]): readonly C[] {
  const owner = containers.find(({ service }) => service === engine)?.profile ?? null;
  return containers.filter(
    (container) =>
      isWorker(container) && (container.engines?.includes(engine) ?? container.profile === owner),
  );
}

/** Returns the engine services that a worker's container uses, by its label; without one, those of its profile. */
export function enginesOf<C extends UsingContainer>(worker: C, containers: readonly C[]): readonly string[] {
  if (worker.engines !== null) return worker.engines;
  const siblings = containers.filter(
    (container) => !isWorker(container) && container.profile === worker.profile,
  );
  return siblings.map(({ service }) => service);
}

/**
 * Returns what ends when profiles are taken down: their workers, and the engines that serve no other worker; the coordinator
 * too when nothing else is left.
 */
export function endingWith<C extends UsingContainer>(
  profiles: readonly string[],
  containers: readonly C[],
): readonly C[] {
  const isNamed = ({ profile }: C): boolean => profile !== null && profiles.includes(profile);
  const ending = containers.filter((container) => {
    if (isWorker(container)) return isNamed(container);
    const users = usersOf(container.service, containers);
    const mine = isNamed(container) || users.some(isNamed);
    return mine && users.every(isNamed);
  });
  const onlyCoordinator = containers.every((each) => ending.includes(each) || each.profile === null);
  return ending.length > 0 && onlyCoordinator ? containers : ending;
}

function isWorker({ service, profile }: UsingContainer): boolean {
  return profile !== null && service === `${profile}-worker`;
}
