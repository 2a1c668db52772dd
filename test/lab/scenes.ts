/** What is recorded, in order. */
import { Compute } from './compute.ts';
import type { ServiceType } from './lab.ts';
import type { Recorder } from './recorder.ts';
import { recordGlance, recordNeutron, recordPlacement } from './scenes/glance-neutron-placement.ts';
import { recordHeat } from './scenes/heat.ts';
import { recordKeystone } from './scenes/keystone.ts';
import { recordActions } from './scenes/nova-actions.ts';
import { recordDeadHost } from './scenes/nova-dead-host.ts';
import { recordCatalogue } from './scenes/nova-catalogue.ts';
import { recordCreate } from './scenes/nova-create.ts';
import { recordLists } from './scenes/nova-lists.ts';
import { recordHosts } from './scenes/nova-hosts.ts';
import { recordOctavia } from './scenes/octavia.ts';
import { Transitions } from './transitions.ts';

export interface Scene {
  readonly name: string;
  readonly needs: readonly ServiceType[];
  readonly play: (recorder: Recorder) => Promise<void>;
}

/** A scene of Nova; what it shows of a server's states is stored with its exchanges. */
function compute(play: (nova: Compute) => Promise<void>): Scene['play'] {
  return async (recorder) => {
    const transitions = new Transitions();
    try {
      await play(new Compute(recorder, transitions));
    } finally {
      if (recorder.storing) transitions.store();
    }
  };
}

const withNova: readonly ServiceType[] = ['compute', 'image', 'network', 'placement'];

export const scenes: readonly Scene[] = [
  { name: 'Keystone', needs: [], play: recordKeystone },
  { name: 'Nova without servers', needs: withNova, play: compute(recordCatalogue) },
  { name: 'Nova creates servers', needs: withNova, play: compute(recordCreate) },
  { name: 'Nova lists and shows servers', needs: withNova, play: compute(recordLists) },
  { name: 'Nova acts on servers', needs: withNova, play: compute(recordActions) },
  { name: 'Nova and its hosts', needs: withNova, play: compute(recordHosts) },
  { name: 'Nova and a host that has died', needs: withNova, play: compute(recordDeadHost) },
  { name: 'Glance', needs: ['image'], play: recordGlance },
  { name: 'Neutron', needs: ['network'], play: recordNeutron },
  { name: 'Placement', needs: ['placement'], play: recordPlacement },
  { name: 'Octavia', needs: ['load-balancer', 'network'], play: recordOctavia },
  { name: 'Heat', needs: ['orchestration', ...withNova], play: recordHeat },
];
