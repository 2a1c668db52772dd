import type { Session } from '../../src/domain/session.ts';

export const testSession: Session = { project: 'default', user: 'default', domain: null };
