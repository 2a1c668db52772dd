import type { SimulatorSettings } from './settings.ts';
import type { SimulatedServer } from './simulated-server.ts';

/**
 * Milliseconds that an operation on a server takes. Its metadata `simulated_wait_time` says it in seconds for
 * one server, as to the driver without a cloud that Senlin was tested with.
 */
export function operationMs(
  { metadata }: Pick<SimulatedServer, 'metadata'>,
  { latency }: Pick<SimulatorSettings, 'latency'>,
): number {
  const seconds = Number(metadata['simulated_wait_time'] ?? 0);
  return seconds > 0 && seconds <= 3600 ? seconds * 1000 : latency.operation_ms;
}
