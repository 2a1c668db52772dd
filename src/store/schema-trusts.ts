/** The table of trusts: one for each user and project. */
export interface TrustRow {
  user: string;
  project: string;
  trust_id: string;
  /** JSON: names of Keystone's roles, in their order. */
  roles: string;
  created_at: number;
}
