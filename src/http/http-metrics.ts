/** How many requests of which kind there were, and how long they took. */
import { Gauge, Histogram, type Registry } from 'prom-client';

export interface HttpMetrics {
  observe(method: string, path: string, status: number, milliseconds: number): void;
}

export function httpMetrics(registry: Registry, openStreams: () => number): HttpMetrics {
  const seconds = new Histogram({
    name: 'coppice_http_request_seconds',
    help: 'Time from request to answer, by route and status.',
    labelNames: ['method', 'path', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2],
    registers: [registry],
  });
  const streams = new Gauge({
    name: 'coppice_event_streams',
    help: 'Event streams that are open.',
    registers: [registry],
    collect() {
      this.set(openStreams());
    },
  });
  void streams;
  return {
    observe: (method, path, status, milliseconds) =>
      seconds.observe({ method, path, status }, milliseconds / 1000),
  };
}
