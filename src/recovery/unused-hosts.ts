/** What makes Nova use a host again, by why it does not. Pure. */
import type { TaskStep } from './operator-task.ts';

export interface UnusedHost {
  readonly name: string;
  /** Its availability zone; null: it is not known. */
  readonly zone: string | null;
  /** null: that in which Coppice works. */
  readonly region: string | null;
  readonly why: 'down' | 'forced down' | 'disabled';
}

/** One that is only down is seen by Nova itself when it is up again: a command shows whether it is. */
export function usableAgain({ name, zone, region, why }: UnusedHost): TaskStep {
  const openstack = `openstack${region === null ? '' : ` --os-region-name ${region}`} compute service`;
  const host = zone === null ? name : `${name} (availability zone ${zone})`;
  switch (why) {
    case 'forced down':
      return {
        command: `${openstack} set --up ${name} nova-compute`,
        text: `once ${host} is repaired and its nova-compute was restarted: Nova uses it again`,
      };
    case 'disabled':
      return {
        command: `${openstack} set --enable ${name} nova-compute`,
        text: `once ${host} is repaired, or its maintenance is over: Nova places servers on it again`,
      };
    case 'down':
      return {
        command: `${openstack} list --service nova-compute --host ${name}`,
        text: `repair ${host} and start its nova-compute: this shows when Nova sees it up`,
      };
  }
}
