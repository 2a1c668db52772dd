import type { FastifyServerOptions } from 'fastify';

/**
 * No route has a schema of fastify's: the 110 modules that read and write by those (ajv, fast-json-stringify)
 * are not loaded.
 */
export const noSchemas: NonNullable<FastifyServerOptions['schemaController']> = {
  compilersFactory: { buildValidator: refuseSchema, buildSerializer: refuseSchema },
};

function refuseSchema(): never {
  throw new Error('a route has a schema of fastify, and its compilers are not loaded (no-schemas.ts)');
}
