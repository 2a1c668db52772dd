/** What keys of senlin.policy.health share: the version that knows Coppice's own, and seconds. */
export const since = '1.3';

/** Seconds that are for waiting; Senlin's own keys are whole seconds, ours may be parts of one. */
export const seconds = { type: 'Number', min: 0 } as const;

export const positiveSeconds = { type: 'Number', min: 0.001 } as const;
