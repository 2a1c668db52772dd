import { expect, test } from 'vitest';
import { inOwnWords } from './mistral-words.ts';

test.each([
  [
    'Workflow not found [workflow_identifier=drian, namespace=] (did you mean drain?)',
    "The server has no workflow 'drian'. What it has: coppice workflow definitions (did you mean drain?)",
  ],
  [
    'Action not found [action_name=mine, namespace=] (did you mean mine2?)',
    "The server has no action 'mine'. What it has: coppice workflow actions. (did you mean mine2?)",
  ],
  [
    'Failed to find action [action_name=std.js]: std.js runs scripts',
    "The server has no action 'std.js'. What it has: coppice workflow actions. std.js runs scripts",
  ],
  [
    'Action not found [action_name=x]',
    "The server has no action 'x'. What it has: coppice workflow actions.",
  ],
  [
    'WorkflowExecution not found [id=abc]',
    "The server has no execution 'abc'. What it has: coppice workflow list --all",
  ],
  [
    "Invalid input [name=drain, class=DirectWorkflowSpec, missing=['node', 'zone'], unexpected=['x']]",
    "The input does not fit the workflow 'drain', whose definition declares it: it needs node, zone (--input node=VALUE --input zone=VALUE); it does not take x.",
  ],
  [
    "Invalid input [name=drain, class=DirectWorkflowSpec, unexpected=['x']]",
    "The input does not fit the workflow 'drain', whose definition declares it: it does not take x.",
  ],
  [
    "Duplicate entry for WorkflowDefinition ['name', 'namespace', 'project_id']: drain, , None",
    "The server has a workflow 'drain' already.",
  ],
  [
    "Duplicate entry for WorkbookDefinition ['name', 'namespace', 'project_id']: book, tests, 3f2a-1",
    "The server has a workbook 'book' already (namespace tests).",
  ],
  ["The cluster 'web' could not be found.", "The cluster 'web' could not be found."],
])('%s', (message, sentence) => {
  expect(inOwnWords(message, (words) => `coppice ${words}`)).toBe(sentence);
});
