export interface ServerRequest {
  readonly name: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly projectId: string;
  readonly userId: string;
  readonly imageId: string | null;
  readonly flavor: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly keyName: string | null;
  readonly configDrive: boolean;
  readonly securityGroups: readonly string[];
  readonly zone: string | null;
  /** `availability_zone: ZONE:HOST`, or `host`. */
  readonly hostName: string | null;
  /** Of a server group; null: none. */
  readonly groupId: string | null;
  readonly adminPass: string | null;
  readonly volumes: readonly string[];
  readonly requestId: string;
  /** It is to end in ERROR, with this message. */
  readonly failure: string | null;
}
