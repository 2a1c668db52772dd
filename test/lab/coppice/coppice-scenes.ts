/** What a real Coppice process is made to do with a cloud: the lab (`npm run test:lab`), or the simulator. */
import type { ServiceType } from '../lab.ts';
import { adoptAndUpdateServer } from './adopt-server.ts';
import { adoptAndUpdateStack } from './adopt-stack.ts';
import type { CloudParts } from './cloud-parts.ts';
import type { CoppiceProcess } from './coppice-process.ts';
import { recoverServers } from './recover-servers.ts';

export interface CoppiceScene {
  readonly name: string;
  readonly needs: readonly ServiceType[];
  readonly play: (coppice: CoppiceProcess, cloud: CloudParts) => Promise<void>;
}

const nova: readonly ServiceType[] = ['compute', 'image', 'network'];

export const coppiceScenes: readonly CoppiceScene[] = [
  {
    name: 'adopts a server, and changes its name, metadata, image, networks and flavor in place',
    needs: nova,
    play: adoptAndUpdateServer,
  },
  {
    name: 'brings servers back by REBOOT, REBUILD, RECREATE with surge, and RECREATE',
    needs: nova,
    play: recoverServers,
  },
  {
    name: 'adopts a stack by its tags, updates it, and creates a lost one again',
    needs: ['orchestration', ...nova],
    play: adoptAndUpdateStack,
  },
];
