/** What a server is, as far as its address tells: GitHub, GitHub Enterprise Server, Gitea, Forgejo. */

/** Whether artifacts can be uploaded; the client refuses all other servers, whatever they can. */
export function takesArtifacts(serverUrl: string): boolean {
  if (!URL.canParse(serverUrl)) return false;
  const { hostname } = new URL(serverUrl);
  return hostname === 'github.com' || hostname.endsWith('.ghe.com') || hostname.endsWith('.localhost');
}

/**
 * The accounts a job's own token writes as, where the server does not tell. Elsewhere than on GitHub anyone could have
 * registered the others' names.
 */
export function botLogins(serverUrl: string): readonly string[] {
  const github = 'github-actions[bot]';
  return takesArtifacts(serverUrl) ? [github] : [github, 'gitea-actions', 'forgejo-actions'];
}
