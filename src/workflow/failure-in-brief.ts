/**
 * Why an execution failed, in one line: of Mistral's `state_info`, which says each failure for the task and
 * again for its action, with their ids and over several lines, the words that are about the cause.
 *
 *     Failure caused by error in tasks: page
 *
 *       page [task_ex_id=1f..] -> The action raised an exception [action=std.http, ..., msg='refused']
 *         [action_ex_id=2e.., idx=0]: The action raised an exception [...]
 *
 * becomes `task page: refused`. A real Mistral writes the same form.
 */

const task = /^\s*(\S.*?) \[task_ex_id=[^\]]*\] -> (.*)$/;
const exception = /^The action raised an exception \[.*?msg='(.*?)'?\]?$/;
/** The failed sub-workflow says its own tasks below. */
const ofSubWorkflow = /^Failure caused by error in tasks: /;

/** Tasks that are named; the others are counted. */
const mostTasks = 3;

/** Mistral is written in Python, and says where in its own code a failure came up. */
const traceback = /^\s*Traceback \(most recent call last\):/;

/** What is not of that form stays, in one line. */
export function failureInBrief(stateInfo: string): string {
  const all = stateInfo.split('\n');
  const end = all.findIndex((line) => traceback.test(line));
  const lines = end < 1 ? all : all.slice(0, end);
  const causes = lines.flatMap((line) => {
    const [, name, text] = task.exec(line) ?? [];
    return name === undefined || text === undefined || ofSubWorkflow.test(text)
      ? []
      : `task ${name.trim()}: ${causeIn(text)}`;
  });
  const unique = [...new Set(causes)];
  if (unique.length === 0) return lines.flatMap((line) => line.trim() || []).join(' ');
  const rest = unique.length - mostTasks;
  const named = unique.slice(0, mostTasks).join('; ');
  return rest > 0 ? `${named}; and ${rest} more tasks` : named;
}

function causeIn(text: string): string {
  return exception.exec(text)?.[1] ?? text.trim();
}
