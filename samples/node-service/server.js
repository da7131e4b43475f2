/**
 * A small full-text search service: GET /search?q=… answers an HTML page with the ten best documents, /healthz says ok.
 * Nothing but Node: the corpus is generated, the same at every start.
 */
import { createServer } from 'node:http';
import { makeCorpus } from './corpus.js';
import { renderPage } from './page.js';
import { buildIndex, search } from './search.js';
import { openSuggestions } from './suggestions.js';

const port = Number(process.argv[2] ?? process.env.PORT ?? 8080);
const index = buildIndex(makeCorpus({ documents: 300, words: 220 }));
const suggest = openSuggestions();

function handle(request, response) {
  const url = new URL(request.url, 'http://service');
  if (url.pathname === '/healthz') return response.end('ok\n');
  if (url.pathname !== '/search') {
    response.statusCode = 404;
    return response.end('not found\n');
  }
  const query = url.searchParams.get('q') ?? '';
  const hits = search(index, query, 10, suggest);
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(renderPage(query, hits));
}

const server = createServer(handle);
server.keepAliveTimeout = 60_000;
server.listen(port, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
process.on('SIGTERM', () => process.exit(0));
