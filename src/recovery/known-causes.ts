/**
 * Why recoveries did not help, where the sentence of the profile type or the cloud names a thing that an
 * operator can put right: the cause comes before whatever starts another recovery, which would fail with it
 * again, and may cost a node that is still there.
 */
export interface KnownCause {
  /** `the image debian of the profile is gone` */
  readonly what: string;
  /** What puts it right, and touches no node: `put it back under this name`. */
  readonly remedy: string;
  /** Looks at it, or puts it right; touches no node. */
  readonly command: string;
  /** When a recovery can help again, in a clause: `the quota has room`. */
  readonly removed: string;
  /** The property of the profile that can be another one instead; null: a profile is no way. */
  readonly property: string | null;
}

type Cause = (found: string, name: string, cluster: string) => KnownCause;

/** Of the profile of a server, by what is looked up for it. */
const properties: Readonly<Record<string, string>> = {
  image: 'image',
  flavor: 'flavor',
  network: 'networks',
  subnet: 'networks',
  'security group': 'security_groups',
};

const causes: readonly (readonly [pattern: RegExp, cause: Cause])[] = [
  [
    /the (image|flavor|network|subnet|security group) (\S+) could not be found/,
    (what, name) => ({
      what: `the ${what} ${name} of the profile is gone`,
      remedy: 'put it back under this name',
      command: `openstack ${what} list`,
      removed: `the ${what} ${name} is there again, or the profile has another one`,
      property: properties[what] ?? null,
    }),
  ],
  [
    /Quota exceeded(?: for)? ?(\w*)()/,
    () => ({
      what: 'the project has used up its quota',
      remedy: 'delete what is not needed, or raise the quota',
      // `openstack quota show --usage` is unknown to clients of before 2023.
      command: 'openstack limits show --absolute',
      removed: 'the quota has room for another server',
      property: null,
    }),
  ],
  [
    /(No valid host was found)()/,
    () => ({
      what: 'no host takes the server',
      remedy: 'see which are up, enabled and not forced down, and whether one has room for its flavor',
      command: 'openstack compute service list --service nova-compute',
      removed: 'a host has room for the server',
      property: null,
    }),
  ],
  [
    /(no (?:other )?compute host is up)()/,
    () => ({
      what: 'no compute host was up that takes the server',
      remedy: 'see which are up, and bring one up',
      command: 'openstack compute service list --service nova-compute',
      removed: 'a compute host is up that takes the server',
      property: null,
    }),
  ],
  [
    /trust of the user (\S+)(?: \(\w+\))? in the project (\S+)/,
    (user, project, cluster) => ({
      what: `Coppice may not act for the user ${user} any more`,
      remedy: `this command, sent as that user in the project ${project} (OS_ variables or OS_CLOUD), lets it again`,
      command: `coppice cluster check ${cluster}`,
      removed: `the user ${user} has sent a request`,
      property: null,
    }),
  ],
  [
    /the command (.+?) (?:is (?:a file|a program|something) that|cannot be executed|ended (?:right )?after its start)/,
    (program, _, cluster) => ({
      what: `the program ${program} of the profile does not start`,
      remedy: 'correct what keeps it from starting',
      command: `coppice cluster update ${cluster} --profile NAME --plan`,
      removed: `${program} starts, or the profile has another command`,
      property: 'command',
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
