/** Installs packages of Debian that the lab's clients are in. */
import { runProgram } from './client-session.ts';

/** Installs those that are missing, without starting anything. Needs root where one is. @throws Error */
export async function debianPackages(...names: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if (!(await isInstalled(name))) missing.push(name);
  if (missing.length === 0) return;
  await runProgram(
    '/usr/bin/apt-get',
    ['-o', 'DPkg::Lock::Timeout=600', '-y', 'install', '--no-install-recommends', ...missing],
    { DEBIAN_FRONTEND: 'noninteractive', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  );
}

async function isInstalled(name: string): Promise<boolean> {
  try {
    const status = await runProgram('/usr/bin/dpkg-query', ['-W', '-f', '${Status}', name], {});
    return status === 'install ok installed';
  } catch {
    return false;
  }
}
