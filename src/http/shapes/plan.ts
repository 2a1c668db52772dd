/** The plan of an action on a cluster, as `data.plan` of the action and the answer to a dry run hold it. */
import { z } from 'zod';
import { nullableText, text } from './common.ts';

const count = z.int();

export const planShape = z
  .strictObject({
    decisions: z
      .array(z.strictObject({ by: text.describe('The action, or a policy.'), reason: text }))
      .describe('Who decided what, in this order.'),
    groups: z
      .array(
        z.strictObject({
          nodes: z.array(
            z.strictObject({
              id: nullableText.describe('null: a node that does not exist yet.'),
              name: nullableText,
              operation: text,
              placement: z
                .strictObject({
                  region_name: text.optional(),
                  zone: text.optional(),
                  servergroup: text.optional(),
                })
                .optional()
                .describe('Where policies place a new node; absent: none has chosen.'),
              reason: text,
              steps: z
                .array(z.strictObject({ by: text.describe('A policy.'), step: text }))
                .optional()
                .describe('What policies do beside the operation; absent: nothing.'),
            }),
          ),
          pause: z.number().describe('Seconds before the next group begins.'),
        }),
      )
      .describe('Carried out one after the other, the nodes of one side by side; the first 100 nodes.'),
    nodes: count.describe('Nodes of all groups.'),
    size: z
      .strictObject({ current: count, desired: count, max_size: count, min_size: count })
      .optional()
      .describe('Absent: the action does not change the size.'),
    wait: z.number().optional().describe('Seconds before the first group begins.'),
  })
  .meta({ id: 'Plan' });
