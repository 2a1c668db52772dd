/**
 * Why recoveries did not help, where the sentence of the profile type or the cloud names a thing that an
 * operator can put right: the cause comes before whatever starts another recovery, which would fail with it
 * again, and may cost a node that is still there.
 */
import type { TaskStep } from './operator-task.ts';
import { usableAgain, type UnusedHost } from './unused-hosts.ts';

export interface KnownCause {
  /** `the image debian of the profile is gone` */
  readonly what: string;
  /**
   * What shows it, or puts it right, in order: `put it back under this name`. A step that changes a node says
   * what it does to it.
   */
  readonly steps: readonly [TaskStep, ...TaskStep[]];
  /** When a recovery can help again, in a clause: `the quota has room`. */
  readonly removed: string;
  /** Only an operator ends it, however often recoveries begin. */
  readonly isLasting?: true;
  /** The property of the profile that can be another one instead; null: a profile is no way. */
  readonly property: string | null;
  /** What such a profile has; absent: `another one`. */
  readonly instead?: string;
}

interface Found {
  /** What the pattern has caught. */
  readonly parts: readonly string[];
  readonly text: string;
  readonly cluster: string;
  /** The health policy of the cluster; null: it has none. */
  readonly policy: string | null;
  readonly node: string;
}

/** Of the profile of a server, by what is looked up for it. */
const properties: Readonly<Record<string, string>> = {
  image: 'image',
  flavor: 'flavor',
  network: 'networks',
  subnet: 'networks',
  'security group': 'security_groups',
};

/** What servers use of a quota, as in `Quota exceeded for cores, ram`. */
const usedByServers = /\b(instances|cores|ram)\b/;

const causes: readonly (readonly [pattern: RegExp, cause: (found: Found) => KnownCause])[] = [
  [
    /the (image|flavor|network|subnet|security group) (\S+) could not be found/,
    ({ parts: [what = '', name = ''] }) => ({
      what: `the ${what} ${name} of the profile is gone`,
      steps: [
        { command: `openstack ${what} list`, text: 'see what there is, and put it back under this name' },
      ],
      removed: `the ${what} ${name} is there again, or the profile has another one`,
      property: properties[what] ?? null,
    }),
  ],
  [
    /Invalid key_name provided/,
    () => ({
      what: 'the key pair of the profile is gone',
      steps: [
        {
          command: 'openstack keypair list',
          text: 'as the user who owns the nodes: see what there is, and create it again under its name',
        },
      ],
      removed: 'the key pair is there again, or the profile has another one',
      property: 'key_name',
    }),
  ],
  [
    /Quota exceeded(?: for ([\w, ]*\w))?/,
    ({ parts: [of = ''] }) => ({
      what: `the project has used up its quota${of === '' ? '' : ` of ${of}`}`,
      steps: [
        // `openstack quota show --usage` is unknown to clients of before 2023.
        { command: 'openstack limits show --absolute', text: 'what is used, and the limits' },
        ...(usedByServers.test(of)
          ? [
              {
                command: 'openstack server list',
                text: 'delete what is not needed, or let the quota be raised',
              },
            ]
          : []),
      ],
      removed: 'the quota has room for another server',
      property: null,
    }),
  ],
  [
    /(No valid host was found)/,
    ({ text }) => ({
      what: 'no host takes the server',
      steps: [
        {
          command: 'openstack compute service list --service nova-compute',
          text: 'see which are up, enabled and not forced down, and whether one has room for its flavor',
        },
        ...hostsIn(text).map(usableAgain),
      ],
      removed: 'a host has room for the server',
      property: null,
    }),
  ],
  [
    /no (?:other )?compute host is up(?: in the availability zone ([^\s:]+))?/,
    ({ parts: [zone = ''], text }) => {
      const where = zone === '' ? '' : ` in the availability zone ${zone}`;
      const [first, ...others] = hostsIn(text).map(usableAgain);
      const see = {
        command: 'openstack compute service list --service nova-compute',
        text: 'see which are up, and repair one',
      };
      return {
        what: `no compute host${where} was up that takes the server`,
        steps: first === undefined ? [see] : [first, ...others],
        removed: `a compute host${where} is up that takes the server`,
        property: null,
      };
    },
  ],
  [
    /no compute host is in the availability zone ([^\s;]+)/,
    ({ parts: [zone = ''] }) => ({
      what: `the availability zone ${zone} has no compute host`,
      steps: [
        {
          command: 'openstack availability zone list --compute',
          text: `see which zones there are: ${zone} is of the profile, or of a placement policy`,
        },
      ],
      removed: `the zone ${zone} has a host, or the profile has another one`,
      property: 'availability_zone',
    }),
  ],
  [
    /trust of the user (\S+)(?: \(\w+\))? in the project (\S+)/,
    ({ parts: [user, project], cluster }) => ({
      what: `Coppice may not act for the user ${user} any more`,
      steps: [
        {
          command: `coppice cluster check ${cluster}`,
          text: `this command, sent as that user in the project ${project} (OS_ variables or OS_CLOUD), lets it again`,
        },
      ],
      removed: `the user ${user} has sent a request`,
      property: null,
    }),
  ],
  [
    /there is no pool (\S+) in Octavia/,
    ({ parts: [pool = ''], cluster, policy }) => {
      const see = { command: 'openstack loadbalancer pool list', text: 'see which pools there are' };
      return {
        what: `Octavia has no pool ${pool}, which LB_STATUS_POLLING of the health policy reads`,
        steps:
          policy === null
            ? [see]
            : [
                {
                  command: `coppice policy show ${policy}`,
                  text: `its detection mode LB_STATUS_POLLING names ${pool} in options.pool`,
                },
                see,
                {
                  command: `coppice cluster policy-detach ${cluster} ${policy}`,
                  text: 'when a policy with the right pool is created: take this one from the cluster',
                },
                {
                  command: `coppice cluster policy-attach ${cluster} POLICY`,
                  text: 'and attach the new one',
                },
              ],
        removed: 'the policy names a pool that Octavia has',
        property: null,
      };
    },
  ],
  [
    /\bport (\d+)(?: of \S+ is taken by| was given to) (another process|the node (\S+?)(?: of the cluster \S+)?)(?= as well|[\s;.)]|$)/,
    ({ parts: [port, owner, node = ''] }) => ({
      what: `port ${port} of the profile is taken by ${owner}`,
      steps: [
        node === ''
          ? { command: `ss -ltnp "sport = :${port}"`, text: 'see which program listens there, and stop it' }
          : {
              command: `coppice node show ${node}`,
              text: `one node at a time can have port ${port}: delete ${node} where it is not needed`,
            },
      ],
      removed: `port ${port} is free, or the profile has another one`,
      property: 'port',
      instead: '`port: auto`',
    }),
  ],
  [
    /(?:the command (.+?) is|command\[0\]: expected .*? found "([^"]+)",) (a file that does not exist|a program that is in no directory of PATH|a file that may not be executed|something that is not a file)/,
    ({ parts: [written = '', examined, problem] }) => missingProgram(written || examined || '', problem),
  ],
  [
    /the command (.+?) cannot be executed/,
    ({ parts: [program = ''] }) => ({
      what: `the program ${program} of the profile cannot be executed`,
      steps: [
        {
          command: `head -n 1 ${shellWord(program)}`,
          text: 'if it is a script, correct its first line: it names a program that cannot be started',
        },
      ],
      removed: `${program} can be executed, or the profile has another command`,
      ...anotherCommand,
    }),
  ],
  [
    /the command (.+?) ended (?:right )?after its start(?: at \S+)?(?: with exit status (\d+)| by (SIG\w+))?/,
    ({ parts: [program, status = '', signal = ''], node }) => ({
      what: `the program ${program} of the profile ${signal === '' ? `exits at once${status === '' ? '' : ` with status ${status}`}` : `is ended at once by ${signal}`}`,
      steps: [
        {
          command: `coppice node show ${node}`,
          text: 'log_tail: what it wrote last; correct what keeps it from running',
        },
      ],
      removed: `${program} runs, or the profile has another command`,
      ...anotherCommand,
    }),
  ],
  [
    /no action of the policy is for a failure of class (\w+)/,
    ({ parts: [failure = ''], cluster, policy, node }) => ({
      what: `no action of the health policy ${policy ?? ''} is for ${failure}`,
      steps: [
        {
          command: `coppice cluster policy-attach ${cluster} POLICY`,
          text: `attach a policy with an action for ${failure} (\`when.failure\`), in the place of ${policy ?? 'this one'}`,
        },
        {
          command: `coppice node recover ${node} --operation RECREATE --wait`,
          text: 'or recover it by hand: it is removed and created again',
        },
      ],
      removed: `the policy has an action for ${failure}`,
      isLasting: true,
      property: null,
    }),
  ],
];

const anotherCommand = { property: 'command', instead: 'another command' } as const;

/** What is said of the problem, and what is done about it. */
const programProblems: Readonly<Record<string, readonly [what: string, todo: string]>> = {
  'a file that does not exist': ['does not exist', 'put the file back'],
  'a file that may not be executed': ['may not be executed', 'let it be executed: chmod +x'],
  'something that is not a file': ['is not a file', 'put the file back in its place'],
};

function missingProgram(program: string, problem = ''): KnownCause {
  const [what, todo] = programProblems[problem] ?? [
    'is in no directory of PATH',
    'put it back into a directory of the PATH that the server has',
  ];
  const see = problem in programProblems ? 'ls -ld' : 'command -v';
  const isRelative = program.includes('/') && !program.startsWith('/');
  const where = isRelative ? ', in the working directory of the node' : '';
  return {
    what: `the program ${program} of the profile ${what}`,
    steps: [{ command: `${see} ${shellWord(program)}`, text: `${todo}${where}` }],
    removed: `${program} is there and can be executed, or the profile has another command`,
    ...anotherCommand,
  };
}

function shellWord(text: string): string {
  return /^[\w./+@%:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** As `whyUnused` of the profile type writes them. */
function hostsIn(text: string): UnusedHost[] {
  const found = text.matchAll(/host ([^\s;,]+) is (forced down|down|disabled)/g);
  return [...found].map(([, name = '', why = '']) => ({
    name,
    zone: null,
    region: null,
    why: why as UnusedHost['why'],
  }));
}

/**
 * @param text the reason of a recovery that did not help.
 * @param of the cluster and the node that it is a recovery of.
 * @returns null: it names nothing that is known here.
 */
export function knownCause(text: string, of: Pick<Found, 'cluster' | 'node' | 'policy'>): KnownCause | null {
  for (const [pattern, cause] of causes) {
    const found = pattern.exec(text);
    if (found !== null) return cause({ parts: found.slice(1).map((part) => part ?? ''), text, ...of });
  }
  return null;
}
