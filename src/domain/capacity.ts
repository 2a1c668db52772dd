/**
 * How large a cluster is to be after a request, and whether that is allowed. The rules and the sentences are
 * Senlin's (senlin/common/scaleutils.py), which its clients show to their users.
 */
import { CoppiceError } from './errors.ts';
import type { JsonObject } from './json.ts';

export const adjustmentTypes = ['EXACT_CAPACITY', 'CHANGE_IN_CAPACITY', 'CHANGE_IN_PERCENTAGE'] as const;
export type AdjustmentType = (typeof adjustmentTypes)[number];

export interface ClusterSize {
  readonly minSize: number;
  /** -1: no limit. */
  readonly maxSize: number;
}

/** What no cluster may be larger than, whatever its own limits are. */
export interface NodeLimit {
  /** Most nodes of one cluster (Senlin's `max_nodes_per_cluster`). */
  readonly maxNodesPerCluster: number;
}

/** No configuration allows more: a plan names each node that it adds. */
export const MOST_NODES = 100_000;

export interface ResizeRequest {
  readonly adjustmentType?: AdjustmentType;
  readonly number?: number;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly minStep?: number;
  /** False: a target beyond the limits is cut to them. */
  readonly strict: boolean;
}

export interface Resizing extends ClusterSize {
  readonly desired: number;
  /** What was asked for, where the limits allow less, or require more. */
  readonly asked?: number;
}

/** Inputs of CLUSTER_RESIZE: `{adjustment_type?, number?, min_size?, max_size?, min_step?, strict?}`. */
export function resizeRequest(inputs: JsonObject): ResizeRequest {
  const numberAt = (key: string) => (typeof inputs[key] === 'number' ? inputs[key] : undefined);
  const given = {
    adjustmentType: inputs['adjustment_type'] as AdjustmentType | undefined,
    number: numberAt('number'),
    minSize: numberAt('min_size'),
    maxSize: numberAt('max_size'),
    minStep: numberAt('min_step'),
  };
  const present = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined && value !== null),
  );
  return { ...present, strict: inputs['strict'] !== false };
}

/**
 * @param current how many nodes there are.
 * @throws CoppiceError `bad-request` where the target or the limits contradict each other.
 */
export function planResize(current: number, size: ClusterSize, request: ResizeRequest): Resizing {
  const minSize = request.minSize ?? size.minSize;
  const maxSize = request.maxSize ?? size.maxSize;
  refuseLimits(size, request);
  const wanted = targetOf(current, request);
  const desired =
    request.strict || wanted === undefined ? (wanted ?? current) : clamp(wanted, minSize, maxSize);
  refuseTarget(desired, wanted !== undefined, { minSize, maxSize }, request);
  const isCut = wanted !== undefined && wanted !== desired;
  return { desired, minSize, maxSize, ...(isCut ? { asked: wanted } : {}) };
}

/** @throws CoppiceError `bad-request` where the target is above the maximum. */
export function planScaleOut(current: number, size: ClusterSize, count: number): number {
  const desired = current + count;
  refuseTarget(desired, true, size, {});
  return desired;
}

export interface SizeNow extends ClusterSize {
  readonly current: number;
  /** Of any cluster. One that has more, by a configuration that was another one, may become smaller. */
  readonly mostNodes: number;
}

/** In Senlin's words, which limit a size breaks; null: none. */
export function limitBroken(
  desired: number,
  { minSize, maxSize, current, mostNodes }: SizeNow,
): string | null {
  if (desired > mostNodes && desired > current) return tooManyNodes(desired, mostNodes);
  if (desired < minSize)
    return `The target capacity (${desired}) is less than the cluster's min_size (${minSize}).`;
  if (maxSize >= 0 && desired > maxSize)
    return `The target capacity (${desired}) is greater than the cluster's max_size (${maxSize}).`;
  return null;
}

export function tooManyNodes(desired: number, mostNodes: number): string {
  return `The target capacity (${desired}) is greater than the maximum number of nodes allowed per cluster (${mostNodes}).`;
}

/** Scaling in beyond the minimum goes as far as it may. */
export function planScaleIn(current: number, size: ClusterSize, count: number): number {
  return Math.min(current, Math.max(current - count, size.minSize));
}

function targetOf(current: number, { adjustmentType, number, minStep }: ResizeRequest): number | undefined {
  if (adjustmentType === undefined || number === undefined) return undefined;
  if (adjustmentType === 'EXACT_CAPACITY') return Math.trunc(number);
  if (adjustmentType === 'CHANGE_IN_CAPACITY') return current + Math.trunc(number);
  const step = awayFromZeroBelowOne((current * number) / 100);
  const enough = minStep === undefined || Math.abs(step) >= minStep;
  return current + (enough ? step : Math.sign(number) * minStep);
}

/** A change of less than one node is one node; a larger one loses its fraction. */
function awayFromZeroBelowOne(change: number): number {
  return Math.abs(change) < 1 ? Math.sign(change) : Math.trunc(change);
}

function clamp(wanted: number, minSize: number, maxSize: number): number {
  return Math.max(minSize, maxSize < 0 ? wanted : Math.min(wanted, maxSize));
}

function refuseLimits(size: ClusterSize, { minSize, maxSize }: ResizeRequest): void {
  if (minSize !== undefined && maxSize === undefined && size.maxSize >= 0 && minSize > size.maxSize) {
    refuse(
      `The specified min_size (${minSize}) is greater than the current max_size (${size.maxSize}) of the cluster.`,
    );
  }
  if (maxSize !== undefined && maxSize >= 0 && minSize === undefined && maxSize < size.minSize) {
    refuse(
      `The specified max_size (${maxSize}) is less than the current min_size (${size.minSize}) of the cluster.`,
    );
  }
}

function refuseTarget(
  desired: number,
  requested: boolean,
  { minSize, maxSize }: ClusterSize,
  request: Pick<ResizeRequest, 'minSize' | 'maxSize'>,
): void {
  if (desired < minSize) {
    if (!requested)
      refuse(
        `The specified min_size (${minSize}) is greater than the current desired_capacity (${desired}) of the cluster.`,
      );
    const whose = request.minSize === undefined ? "the cluster's" : 'the specified';
    refuse(`The target capacity (${desired}) is less than ${whose} min_size (${minSize}).`);
  }
  if (maxSize >= 0 && desired > maxSize) {
    if (!requested)
      refuse(
        `The specified max_size (${maxSize}) is less than the current desired_capacity (${desired}) of the cluster.`,
      );
    const whose = request.maxSize === undefined ? "the cluster's" : 'the specified';
    refuse(`The target capacity (${desired}) is greater than ${whose} max_size (${maxSize}).`);
  }
}

function refuse(sentence: string): never {
  throw new CoppiceError('bad-request', sentence);
}

/** @param code Senlin finds it in two places, which answer with different types. */
export function refuseCrossedLimits(
  code: 'bad-request' | 'malformed-request',
  minSize: number | undefined,
  maxSize: number | undefined,
): void {
  if (minSize === undefined || maxSize === undefined || maxSize < 0 || minSize <= maxSize) return;
  const sentence = `The specified min_size (${minSize}) is greater than the specified max_size (${maxSize}).`;
  throw new CoppiceError(code, sentence);
}
