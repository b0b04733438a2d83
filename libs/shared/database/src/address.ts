/** host:port/database, and nothing else of the address. */
export function withoutPassword(connectionString: string): string {
  try {
    const url = new URL(connectionString);
    return `${url.searchParams.get('host') ?? url.host}${url.pathname}`;
  } catch {
    return 'an address that cannot be read';
  }
}

/** Whether a session may change anything: a standby, and a server or user set read-only, may not. */
export const ASK_READ_ONLY = `select current_setting('transaction_read_only') = 'on' as read_only`;
