/** What a simulated cloud is like; everything here can also be changed while it runs. */
import { z } from 'zod';

export const services = [
  'identity',
  'compute',
  'image',
  'network',
  'placement',
  'load-balancer',
  'orchestration',
] as const;
export type ServiceName = (typeof services)[number];

export const ROLES = ['admin', 'member', 'reader', 'heat_stack_owner', 'load-balancer_member'] as const;

export const simulatorUserSchema = z.strictObject({
  name: z.string().min(1),
  /** Absent: that of `admin`. */
  password: z.string().min(1).optional(),
  /** By its name; it is made where there is none. */
  project: z.string().min(1).default('demo'),
  roles: z.array(z.enum(ROLES)).default(['member', 'reader']),
});

export const simulatorSettingsSchema = z.strictObject({
  /** Keystone is of all of them; each has the other services, and hosts, images and networks of its own. */
  regions: z
    .array(z.string().regex(/^[\w.-]+$/, 'expected letters, digits, _, . and -'))
    .min(1)
    .refine((names) => new Set(names).size === names.length, 'expected each region once')
    .default(['RegionOne']),
  /** The hypervisors, in the order in which servers are put on them. */
  hosts: z
    .array(z.strictObject({ name: z.string().min(1), zone: z.string().min(1).default('nova') }))
    .min(1)
    .default([
      { name: 'compute1', zone: 'nova' },
      { name: 'compute2', zone: 'nova' },
    ]),
  latency: z
    .strictObject({
      /** Milliseconds before an answer. */
      answer_ms: z.number().min(0).default(0),
      /** Milliseconds that an operation on a server or stack takes after its answer. */
      operation_ms: z.number().min(0).default(100),
    })
    .prefault({}),
  /** Of each project. -1: no limit. */
  quota: z
    .strictObject({
      instances: z.int().min(-1).default(-1),
      cores: z.int().min(-1).default(-1),
      /** MiB */
      ram: z.int().min(-1).default(-1),
      stacks: z.int().min(-1).default(-1),
    })
    .prefault({}),
  /** Seconds after which Nova sees that a host has died; its own setting of this name is 60. */
  service_down_time: z.number().min(0).default(0),
  /** true: only the flavors, images and networks that it has are taken; false: any name or id. */
  strict: z.boolean().default(false),
  /** false: networks of the provider alone; Neutron has no extension of routers, and so no floating IPs. */
  routers: z.boolean().default(true),
  /** Servers on a page of a listing at most, as Nova's `max_limit`. */
  page_size: z.int().min(1).default(1000),
  /** Users beside `admin` and `demo`. */
  users: z.array(simulatorUserSchema).default([]),
  /** Seconds that a token lives. */
  token_seconds: z.number().positive().default(3600),
});

export type SimulatorSettings = z.infer<typeof simulatorSettingsSchema>;
export type SimulatorUser = z.infer<typeof simulatorUserSchema>;
