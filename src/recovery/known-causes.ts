/**
 * Why recoveries did not help, where the sentence of the profile type or the cloud names a thing that an
 * operator can put right: the cause comes before whatever starts another recovery, which would fail with it
 * again, and may cost a node that is still there.
 */
export interface KnownCause {
  readonly reason: string;
  readonly command: string;
  /** When a recovery can help again, in a clause: `the quota has room`. */
  readonly removed: string;
}

const causes: readonly (readonly [
  pattern: RegExp,
  cause: (found: string, name: string, cluster: string) => KnownCause,
])[] = [
  [
    /the (image|flavor|network|subnet|security group) (\S+) could not be found/,
    (what, name, cluster) => ({
      reason:
        `the ${what} ${name} of the profile is gone: make it again under this name, or create a profile ` +
        `with another one and give it to the cluster (coppice cluster update ${cluster} --profile NAME)`,
      command: `openstack ${what} list`,
      removed: `the ${what} ${name} is there again, or the profile has another one`,
    }),
  ],
  [
    /Quota exceeded(?: for)? ?(\w*)()/,
    () => ({
      reason: 'the project has used up its quota: delete what is not needed, or raise the quota',
      command: 'openstack quota show --usage',
      removed: 'the quota has room for another server',
    }),
  ],
  [
    /(No valid host was found)()/,
    () => ({
      reason:
        'no host takes the server: see which are up, enabled and not forced down, and whether one has room for its flavor',
      command: 'openstack compute service list --service nova-compute',
      removed: 'a host has room for the server',
    }),
  ],
  [
    /(no (?:other )?compute host is up)()/,
    () => ({
      reason: 'no compute host was up that takes the server: see which are up, and bring one up',
      command: 'openstack compute service list --service nova-compute',
      removed: 'a compute host is up that takes the server',
    }),
  ],
  [
    /trust of the user (\S+)(?: \(\w+\))? in the project (\S+)/,
    (user, project, cluster) => ({
      reason: `Coppice may not act for the user ${user} any more: this command, sent as that user in the project ${project} (OS_ variables or OS_CLOUD), lets it again`,
      command: `coppice cluster check ${cluster}`,
      removed: `the user ${user} has sent a request`,
    }),
  ],
  [
    /the command (.+?) (?:is (?:a file|a program|something) that|cannot be executed|ended (?:right )?after its start)/,
    (program, _, cluster) => ({
      reason:
        `the program ${program} of the profile does not start: correct what keeps it from starting, or create ` +
        'a profile with another command and give it to the cluster with this',
      command: `coppice cluster update ${cluster} --profile NAME`,
      removed: `${program} starts, or the profile has another command`,
    }),
  ],
];

/**
 * @param text the reason of a recovery that did not help.
 * @returns null: it names nothing that is known here.
 */
export function knownCause(text: string, cluster: string): KnownCause | null {
  for (const [pattern, cause] of causes) {
    const found = pattern.exec(text);
    if (found !== null) return cause(found[1] ?? '', found[2] ?? '', cluster);
  }
  return null;
}
