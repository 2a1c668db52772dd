/** A request to another server, and its response. */

export interface HttpRequest {
  readonly method: string;
  /**
   * http or https. A user and a password in it are sent as Basic authorization, unless the headers have one.
   */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly verifyTls: boolean;
  /** How many redirects are followed; where one more comes, it is the answer. */
  readonly maxRedirects: number;
  readonly read: ReadBody;
}

export interface ReadBody {
  /** Bytes. */
  readonly limit: number;
  /**
   * Of a longer body: `cut` takes its beginning, `fail` rejects, `drop` takes none of any body and does not
   * wait for it.
   */
  readonly longer: 'cut' | 'fail' | 'drop';
  /** Statuses of which the body is read; absent: all. */
  readonly of?: (status: number) => boolean;
}

export interface HttpAnswer {
  /** Where it came from, after redirects; without user and password. */
  readonly url: URL;
  readonly status: number;
  /** The words beside the status: `Not Found`. */
  readonly reason: string;
  /** In the spelling and order in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** The body was longer than the limit, and was cut. */
  readonly truncated: boolean;
  /** Statuses of the redirects on the way. */
  readonly redirects: readonly number[];
  /** Why a redirect was not followed; null where there was none, or none was to be followed. */
  readonly unfollowed: string | null;
}
