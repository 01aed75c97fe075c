/** A container of a project, as far as it says who uses whom. */
export interface UsingContainer {
  readonly service: string;
  readonly profile: string | null;
  /** of a worker: the engine services it uses; null where it does not say */
  readonly engines: readonly string[] | null;
}

/** The workers that an engine serves, by what they say themselves: the profile of an engine is only the first of them. */
export function usersOf<C extends UsingContainer>(engine: string, containers: readonly C[]): readonly C[] {
  const owner = containers.find(({ service }) => service === engine)?.profile ?? null;
  return containers.filter(
    (container) =>
      isWorker(container) && (container.engines?.includes(engine) ?? container.profile === owner),
  );
}

/**
 * What ends when profiles are taken down: their workers, and the engines that serve no other worker; everything, the
 * coordinator too, when no other worker is left.
 */
export function endingWith<C extends UsingContainer>(
  profiles: readonly string[],
  containers: readonly C[],
): readonly C[] {
  const isNamed = ({ profile }: C): boolean => profile !== null && profiles.includes(profile);
  const stays = containers.some((container) => isWorker(container) && !isNamed(container));
  if (!stays) return containers.some(isNamed) ? containers : [];
  return containers.filter((container) => {
    if (isWorker(container)) return isNamed(container);
    const users = usersOf(container.service, containers);
    const mine = isNamed(container) || users.some(isNamed);
    return mine && users.every(isNamed);
  });
}

function isWorker({ service, profile }: UsingContainer): boolean {
  return profile !== null && service === `${profile}-worker`;
}
