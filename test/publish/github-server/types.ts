/** What the parts of the loopback GitHub share. */

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; null: an empty body. */
  readonly body: unknown;
}

export interface Account {
  readonly login: string;
  readonly type: 'Bot' | 'User';
}
