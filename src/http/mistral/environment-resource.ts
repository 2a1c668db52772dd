/** What is shown of an environment, and what requests on one carry. */
import { z } from 'zod';
import type { Environment } from '../../store/workflow-environments.ts';
import { resource } from './resource.ts';
import {
  dictionary,
  ignored,
  jsonText,
  nullableMistralTime,
  toMistralTimeOrNull,
  mistralTime,
} from './wire-fields.ts';
import { text } from '../shapes/common.ts';
import { optional } from '../fields.ts';
import { toMistralTime } from '../../domain/time-text.ts';

export const environmentResource = resource<Environment>()('WorkflowEnvironment', {
  id: [text, ({ id }) => id],
  name: [text, ({ name }) => name],
  description: [text, ({ description }) => description],
  variables: [jsonText, ({ variables }) => JSON.stringify(variables)],
  scope: [text, ({ scope }) => scope],
  project_id: [text, ({ project }) => project],
  created_at: [mistralTime, ({ createdAt }) => toMistralTime(createdAt)],
  updated_at: [nullableMistralTime, ({ updatedAt }) => toMistralTimeOrNull(updatedAt)],
});

export const environmentBody = z.strictObject({
  id: ignored,
  name: text.min(1),
  description: optional(text),
  variables: dictionary('variables'),
  scope: optional(text),
  project_id: ignored,
  created_at: ignored,
  updated_at: ignored,
});
