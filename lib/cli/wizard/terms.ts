/** What somebody should know before logging in with a subscription: the vendors' published terms, in plain words. */
export const SUBSCRIPTION_TERMS = [
  "Claude: Anthropic's terms keep Claude.ai logins for Claude Code and its own apps. A login that this proxy holds may " +
    "break them, may be billed as extra usage, and may be cut off without notice. The safer way: stay logged in inside " +
    'Claude Code and let the proxy pass that login through (auth_type = "passthrough"), or use an API key.',
  "ChatGPT: the login shares your plan's limits. OpenAI calls this a preview and may change it.",
] as const;
