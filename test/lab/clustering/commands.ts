/**
 * Every `openstack cluster ...` command of Debian's python3-senlinclient at least once, in an order in which
 * each uses what is there.
 */

/** Files of this folder's `specs`. */
export const words = {
  SERVER_PROFILE: 'server.yaml',
  OTHER_PROFILE: 'small-server.yaml',
  SCALING: 'scaling.yaml',
  DELETION: 'deletion.yaml',
  SCRIPT: 'script.sh',
} as const;

export interface ClusteringCommand {
  /**
   * Without `openstack`. ACTION is the newest action of the cluster web, EVENT the newest event, SERVER the
   * id of lone-server.
   */
  readonly command: string;
  /** How the error ends with which the client fails although the request was accepted. */
  readonly endsWith?: string;
  /** Absent: a member of a project. */
  readonly as?: 'admin' | 'demo';
  /** Whether the actions that it begins are left to go on. */
  readonly isLeftRunning?: true;
}

const ended = (...commands: readonly string[]): ClusteringCommand[] =>
  commands.map((command) => ({ command }));

export const clusteringCommands: readonly ClusteringCommand[] = [
  { command: 'cluster service list', as: 'admin' },
  ...ended(
    'cluster build info',
    'cluster profile type list',
    'cluster profile type show os.nova.server-1.0',
    'cluster profile type ops os.nova.server-1.0',
    'cluster policy type list',
    'cluster policy type show senlin.policy.scaling-1.0',

    'cluster profile validate --spec-file SERVER_PROFILE',
    'cluster profile create --spec-file SERVER_PROFILE --metadata tier=web;owner=ops web',
    'cluster profile create --spec-file OTHER_PROFILE new-web',
    'cluster profile list --sort name:desc --limit 1',
    'cluster profile show web',
    'cluster profile update --name web-profile --metadata tier=front web',

    'cluster create --profile web-profile --desired-capacity 2 --min-size 1 --max-size 6 --timeout 600 --metadata owner=ops --config node.name.format=web-$I web',
    'cluster list --filters name=web --sort name:asc --full-id',
    'cluster show web',
    'cluster update --timeout 900 --metadata owner=dev web',
    'cluster members list --filters status=ACTIVE web',
    'cluster collect --path name web',
    'cluster run --script SCRIPT --address-type fixed web',
    'cluster check web',
    'cluster op --operation reboot --params type=SOFT web',
    'cluster resize --capacity 3 --strict web',
    'cluster resize --adjustment -1 --min-size 1 --max-size 5 web',
    'cluster resize --percentage 50 --min-step 1 web',
    'cluster expand --count 1 web',
    'cluster shrink --count 1 web',
    'cluster recover --check true web',

    'cluster node create --profile web-profile --role spare --metadata rack=r1 spare-1',
    'cluster node create --cluster web --profile web-profile web-extra',
    'cluster node list --cluster web --sort index --limit 1',
    'cluster node show --details spare-1',
    'cluster node update --name spare-2 --role worker --metadata rack=r2 --tainted true spare-1',
    'cluster node check spare-2',
  ),
  {
    command: 'cluster node op --operation reboot --params type=HARD spare-2',
    // A fault of the client, with any Senlin: the request is made and accepted.
    endsWith: 'cannot unpack non-iterable NoneType object',
  },
  ...ended(
    'cluster node recover --check true spare-2',
    'cluster members add --nodes spare-2 web',
    'cluster members del --nodes spare-2 web',
    'cluster members replace --nodes web-extra=spare-2 web',
    'cluster node delete --force web-extra',
    'cluster update --profile new-web web',

    'server create --image cirros-fake --flavor m1.tiny --network private --wait lone-server',
    'cluster node adopt --identity SERVER --type os.nova.server-1.0 --preview',
    'cluster node adopt --identity SERVER --type os.nova.server-1.0 --name adopted --role lone --metadata from=cli',
    'cluster node delete --force adopted',

    'cluster policy validate --spec-file SCALING',
    'cluster policy create --spec-file SCALING scale-out',
    'cluster policy create --spec-file DELETION with-hook',
    'cluster policy list --filters type=senlin.policy.scaling-1.0',
    'cluster policy update --name one-more scale-out',
    'cluster policy show one-more',
    'cluster policy attach --policy one-more web',
    'cluster policy attach --policy with-hook --enabled true web',
    'cluster policy binding list --filters enabled=True web',
    'cluster policy binding show --policy one-more web',
    'cluster policy binding update --policy one-more --enabled false web',
    'cluster policy detach --policy one-more web',

    'cluster receiver create --type webhook --cluster web --action CLUSTER_SCALE_OUT --params count=1 more',
    'cluster receiver list --filters type=webhook',
    'cluster receiver update --name fewer --action CLUSTER_SCALE_IN --params count=1 more',
    'cluster receiver show fewer',
    'cluster receiver delete --force fewer',
  ),
  { command: 'cluster shrink --count 1 web', isLeftRunning: true },
  ...ended(
    'cluster action update --status CANCELLED ACTION',
    'cluster action list --filters cluster_id=web --sort created_at:desc --limit 5',
    'cluster action show ACTION',
    'cluster event list --filters oname=web --limit 5 --full-id',
    'cluster event show EVENT',

    'cluster policy detach --policy with-hook web',
    'cluster delete --force web',
    'cluster policy delete --force one-more with-hook',
    'cluster profile delete --force web-profile new-web',
  ),
];
