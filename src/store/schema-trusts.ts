/** The tables of trusts: one trust for each user and project, and what is begun in Keystone for it. */
export interface TrustRow {
  user: string;
  project: string;
  trust_id: string;
  user_name: string;
  project_name: string;
  /** Why Keystone takes it no more; null: it does. */
  refusal: string | null;
  /** JSON: names of Keystone's roles, in their order. */
  roles: string;
  created_at: number;
}

export interface TrustChangeRow {
  user: string;
  project: string;
  /** The process that works on it; null: none does. */
  held_by: string | null;
  held_at: number;
  /** JSON: the trusts that Keystone had before one was asked for; null: none is asked for. */
  before: string | null;
  /** JSON: trusts that are to be deleted in Keystone. */
  leaving: string;
}
