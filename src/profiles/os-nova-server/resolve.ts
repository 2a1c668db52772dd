/** Names of a spec as ids of the cloud; what does not exist is said in a sentence. */
import { CoppiceError } from '../../domain/errors.ts';
import type { Cloud } from '../../openstack/cloud.ts';
import type { CallContext } from '../../openstack/cloud-request.ts';
import { findOne, only } from '../../openstack/find-one.ts';
import type { Issue } from '../../domain/errors.ts';
import type { ServerSpec } from './spec.ts';

/** @throws CoppiceError `operation-impossible` for a flavor that does not exist. */
export async function flavorId(cloud: Cloud, flavor: string, context: CallContext): Promise<string> {
  const found = await cloud.lookups.find('flavor', flavor, () => cloud.nova.findFlavor(flavor, context));
  return only(found, 'flavor', flavor).id;
}

/** @throws CoppiceError `operation-impossible` for an image that does not exist. */
export async function imageId(cloud: Cloud, image: string, context: CallContext): Promise<string> {
  const found = await cloud.lookups.find('image', image, () => cloud.glance.findImages(image, context));
  return only(found, 'image', image).id;
}

/** @throws CoppiceError `operation-impossible` for one that does not exist. */
export async function networkId(
  cloud: Cloud,
  kind: 'networks' | 'subnets' | 'security-groups',
  idOrName: string,
  context: CallContext,
): Promise<string> {
  return (await findOne(cloud, kind, idOrName, context)).id;
}

/** What the cloud does not have of what a spec names, for the one who creates the profile. */
export async function missingIn(cloud: Cloud, spec: ServerSpec, context: CallContext): Promise<Issue[]> {
  const checks: readonly (readonly [field: string, found: string, check: () => Promise<unknown>])[] = [
    ['flavor', spec.flavor, () => flavorId(cloud, spec.flavor, context)],
    ...(spec.image === undefined
      ? []
      : [['image', spec.image, () => imageId(cloud, spec.image ?? '', context)] as const]),
    ...spec.networks.flatMap(({ network }, index) =>
      network === undefined
        ? []
        : [
            [
              `networks[${index}].network`,
              network,
              () => networkId(cloud, 'networks', network, context),
            ] as const,
          ],
    ),
  ];
  const issues: Issue[] = [];
  for (const [field, found, check] of checks) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof CoppiceError)) throw error;
      issues.push({
        field,
        expected: 'one that the cloud has',
        found: JSON.stringify(found),
        hint: error.message,
      });
    }
  }
  return issues;
}
