/** The table of trusts: one for each user and project. */
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
