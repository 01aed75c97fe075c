import type { Disk } from './disk.ts';
import type { StoreGuard } from './store-guard.ts';

/** Returns a disk that refuses every path which leads out of the store. */
export function guardedDisk(disk: Disk, guard: StoreGuard): Disk {
  type Step = (...args: never[]) => Promise<unknown>;
  /** checks the arguments at these positions */
  const inside = <F extends Step>(step: F, ...at: readonly number[]): F =>
    (async (...args: never[]) => {
      for (const index of at) guard.assertInside(String(args[index]));
      return step(...args);
    }) as F;
  /** for operations that follow a link at the path itself */
  const followed = <F extends Step>(step: F): F =>
    (async (...args: never[]) => {
      guard.assertTargetInside(String(args[0]));
      return step(...args);
    }) as F;
  return {
    open: inside(disk.open, 0),
    readText: inside(disk.readText, 0),
    mkdir: inside(disk.mkdir, 0),
    rename: inside(disk.rename, 0, 1),
    link: inside(disk.link, 0, 1),
    symlink: inside(disk.symlink, 1),
    unlink: inside(disk.unlink, 0),
    rm: inside(disk.rm, 0),
    rmdir: inside(disk.rmdir, 0),
    readlink: inside(disk.readlink, 0),
    copyFile: inside(disk.copyFile, 0, 1),
    lstat: inside(disk.lstat, 0),
    readdir: followed(disk.readdir as Step) as Disk['readdir'],
    access: followed(disk.access),
    chmod: followed(disk.chmod),
    stat: followed(disk.stat),
  };
}
